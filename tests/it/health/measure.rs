//! Each metric: one row changes, and its value moves by as much.

use callboard_service::assignment::{Complete, Fail};
use callboard_service::decision::AddDecision;
use callboard_service::entity::{
    DecisionCategory, DecisionImpact, DecisionStatus, FileOperationActorType, FileOperationOperation as Operation,
    FileOperationVerificationStatus as Verification, file_operations, task_assignments, work_items,
};
use callboard_service::health::{METRICS, MeasureHealth};
use callboard_service::item::{ArchiveItem, BlockItem, CancelItem, NewItem};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::project::AddProject;
use callboard_service::{ErrorKind, Ref};
use chrono::TimeDelta;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{metric, report, value};

fn complete(assignment: Uuid) -> Complete {
    Complete { assignment, ..Complete::default() }
}

fn fail(assignment: Uuid, permanent: bool) -> Fail {
    Fail { assignment, reason: "it does not build".to_owned(), permanent }
}

/// Changes an item's row as only time could.
async fn set(seed: &Seed, item: Uuid, change: work_items::ActiveModel) {
    work_items::ActiveModel { id: Set(item), ..change }.update(&seed.raw).await.expect("change the item");
}

/// An item that was started so many hours before it was done.
async fn took(seed: &Seed, slug: &str, hours: i64) -> Uuid {
    let agent = seed.agent(slug).await;
    let held = seed.work(&agent).await;
    seed.by(&agent, &complete(held.assignment)).await.expect("complete");
    let done = seed.row(held.item.id).await.completed_at.expect("it is done");
    let started =
        task_assignments::ActiveModel { started_at: Set(Some(done - TimeDelta::hours(hours))), ..Default::default() };
    task_assignments::Entity::update_many()
        .set(started)
        .filter(task_assignments::Column::Id.eq(held.assignment))
        .exec(&seed.raw)
        .await
        .expect("move the start");
    held.item.id
}

both! {
    async fn an_empty_project_has_every_metric_and_passes(t: TestDb) {
        let seed = t.seed().await;
        let report = report(&seed).await;
        assert_eq!((report.project.as_str(), report.failing), ("demo", 0));
        let names: Vec<&str> = report.metrics.iter().map(|metric| metric.name.as_str()).collect();
        assert_eq!(names, METRICS.iter().map(|metric| metric.name).collect::<Vec<_>>());
        for metric in &report.metrics {
            assert_eq!((metric.value, metric.of, metric.passing), (0.0, 0, true), "{}", metric.name);
            assert!(metric.threshold.is_some(), "{} could never fail", metric.name);
        }
        let nowhere = MeasureHealth { project: Some(Ref::from("nowhere")) };
        assert_eq!(seed.board.read(&nowhere).await.expect_err("refused").kind(), ErrorKind::NotFound);
    }

    async fn what_is_done_moves_completion_and_throughput(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let other = seed.item().await;
        let held = seed.work(&agent).await;
        assert_eq!(value(&seed, "completion_rate").await, (0.0, 2));
        assert_eq!(value(&seed, "throughput_7d").await, (0.0, 0), "nothing is older than a week");
        seed.by(&agent, &complete(held.assignment)).await.expect("complete");
        assert_eq!(value(&seed, "completion_rate").await, (0.5, 2));
        assert_eq!(value(&seed, "throughput_7d").await, (1.0, 0));
        let week = seed.board.now() - TimeDelta::days(8);
        set(&seed, other.id, work_items::ActiveModel { created_at: Set(week), ..Default::default() }).await;
        assert_eq!(value(&seed, "throughput_7d").await, (1.0, 1));
        assert!(metric(&seed, "throughput_7d").await.passing);
        set(&seed, held.item.id, work_items::ActiveModel { completed_at: Set(Some(week)), ..Default::default() }).await;
        let throughput = metric(&seed, "throughput_7d").await;
        assert_eq!((throughput.value, throughput.judged, throughput.passing), (0.0, true, false));
        seed.must(&CancelItem { reason: None, ..CancelItem::new(Ref::Id(other.id)) }).await;
        assert_eq!(value(&seed, "completion_rate").await, (1.0, 1), "what is cancelled does not count");
    }

    async fn what_is_late_dead_blocked_or_stuck_is_counted(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let (late, waits) = (seed.item().await, seed.item().await);
        let past = Some(seed.board.now() - TimeDelta::minutes(1));
        set(&seed, late.id, work_items::ActiveModel { due_at: Set(past), ..Default::default() }).await;
        assert_eq!(value(&seed, "overdue").await, (1.0, 1));
        assert!(!metric(&seed, "overdue").await.passing);
        assert_eq!(value(&seed, "blocked_ratio").await, (0.0, 3));
        seed.must(&BlockItem { item: Ref::Id(late.id), reason: "no key".to_owned() }).await;
        assert_eq!(value(&seed, "blocked_ratio").await, (0.3333, 3));
        seed.must(&AddPrerequisite::new(waits.id, held.item.id)).await;
        assert_eq!((value(&seed, "dead_letters").await.0, value(&seed, "stuck_items").await.0), (0.0, 0.0));
        seed.by(&agent, &fail(held.assignment, true)).await.expect("fail");
        assert_eq!((value(&seed, "dead_letters").await.0, value(&seed, "stuck_items").await.0), (1.0, 1.0));
        seed.must(&CancelItem { waive_dependents: true, reason: None, ..CancelItem::new(Ref::Id(held.item.id)) }).await;
        assert_eq!((value(&seed, "dead_letters").await.0, value(&seed, "stuck_items").await.0), (0.0, 0.0));
        seed.must(&ArchiveItem { item: Ref::Id(late.id), reason: None }).await;
        assert_eq!(value(&seed, "overdue").await, (0.0, 0), "what is archived counts nowhere");
    }

    /// The nearest rank: of two, the median is the shorter one, and nine of ten are both.
    async fn times_are_ranked_and_in_hours(t: TestDb) {
        let seed = t.seed().await;
        let first = took(&seed, "a", 10).await;
        assert_eq!(value(&seed, "cycle_time_p50").await, (10.0, 1));
        took(&seed, "b", 20).await;
        assert_eq!((value(&seed, "cycle_time_p50").await, value(&seed, "cycle_time_p90").await), ((10.0, 2), (20.0, 2)));
        took(&seed, "c", 30).await;
        assert_eq!((value(&seed, "cycle_time_p50").await, value(&seed, "cycle_time_p90").await), ((20.0, 3), (30.0, 3)));
        let done = seed.row(first).await.completed_at.expect("done");
        let added = work_items::ActiveModel { created_at: Set(done - TimeDelta::hours(100)), ..Default::default() };
        set(&seed, first, added).await;
        assert_eq!(value(&seed, "lead_time_p90").await, (100.0, 3));
        assert_eq!(value(&seed, "lead_time_p50").await.0, 0.0);
        let long_ago = work_items::ActiveModel { completed_at: Set(Some(done - TimeDelta::days(31))), ..Default::default() };
        set(&seed, first, long_ago).await;
        assert_eq!(value(&seed, "cycle_time_p50").await, (20.0, 2), "only the last 30 days count");
        let p50 = metric(&seed, "cycle_time_p50").await;
        assert!(!p50.judged && p50.passing, "two are too few to judge");
    }

    async fn what_failed_or_ran_out_is_counted_for_a_week(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.by(&agent, &complete(held.assignment)).await.expect("complete");
        assert_eq!(value(&seed, "failure_rate").await, (0.0, 1));
        let held = seed.work(&agent).await;
        seed.by(&agent, &fail(held.assignment, false)).await.expect("fail");
        assert_eq!(value(&seed, "failure_rate").await, (0.5, 2));
        let held = seed.work(&agent).await;
        assert_eq!(value(&seed, "expired_leases").await, (0.0, 0));
        seed.lapse(held.assignment).await;
        assert_eq!(value(&seed, "expired_leases").await, (1.0, 1));
        assert_eq!(value(&seed, "lease_expiries").await, (0.0, 0), "nobody took it back yet");
        seed.expire().await;
        assert_eq!((value(&seed, "expired_leases").await.0, value(&seed, "lease_expiries").await.0), (0.0, 1.0));
        assert_eq!(value(&seed, "failure_rate").await, (0.6667, 3));
        let past = seed.board.now() - TimeDelta::days(8);
        let ended = task_assignments::ActiveModel { completed_at: Set(Some(past)), ..Default::default() };
        task_assignments::Entity::update_many().set(ended).exec(&seed.raw).await.expect("move the ends");
        assert_eq!((value(&seed, "failure_rate").await, value(&seed, "lease_expiries").await.0), ((0.0, 0), 0.0));
    }

    /// A debugger may take 24 hours, as any type that is not named.
    async fn what_is_held_too_long_is_stale(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (held, free) = (seed.work(&agent).await, seed.item().await);
        assert_eq!(value(&seed, "stale_items").await, (0.0, 0));
        let long_ago = Some(seed.board.now() - TimeDelta::days(30));
        for item in [free.id, held.item.id] {
            set(&seed, item, work_items::ActiveModel { last_activity_at: Set(long_ago), ..Default::default() }).await;
            let stale = if item == held.item.id { (1.0, 1) } else { (0.0, 0) };
            assert_eq!(value(&seed, "stale_items").await, stale, "only what somebody holds can be stale");
        }
        assert!(!metric(&seed, "stale_items").await.passing);
    }

    async fn the_longest_wait_for_a_review(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        assert_eq!(value(&seed, "review_wait_max").await, (0.0, 0));
        seed.sql("UPDATE work_items SET status = 'review'").await;
        let since = Some(seed.board.now() - TimeDelta::hours(50));
        set(&seed, item.id, work_items::ActiveModel { last_activity_at: Set(since), ..Default::default() }).await;
        let waits = metric(&seed, "review_wait_max").await;
        assert!((50.0..50.1).contains(&waits.value) && waits.of == 1 && !waits.passing, "{waits:?}");
        seed.sql("UPDATE work_items SET status = 'todo'").await;
        assert_eq!(value(&seed, "review_wait_max").await, (0.0, 0));
    }

    async fn files_and_decisions_count(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let now = seed.board.now();
        let row = |operation, path: &str| file_operations::Model {
            id: Uuid::now_v7(),
            work_item_id: item.id,
            assignment_id: None,
            session_id: None,
            operation,
            path: path.to_owned(),
            new_path: None,
            content_hash: None,
            size_bytes: None,
            rationale: None,
            file_metadata: None,
            verification_status: Verification::Failed,
            actor_type: FileOperationActorType::User,
            actor_id: Some(seed.user.id),
            occurred_at: now,
            created_at: now,
            updated_at: now,
        };
        let write = async |operation, path| {
            let row = row(operation, path).into_active_model().reset_all();
            file_operations::Entity::insert(row).exec_without_returning(&seed.raw).await.expect("write");
        };
        assert_eq!(value(&seed, "verification_failures").await, (0.0, 0));
        write(Operation::Create, "a.rs").await;
        assert_eq!(value(&seed, "verification_failures").await, (1.0, 1));
        write(Operation::Read, "b.rs").await;
        assert_eq!(value(&seed, "verification_failures").await, (1.0, 1), "others may change what was only read");
        seed.sql("UPDATE file_operations SET verification_status = 'superseded'").await;
        assert_eq!(value(&seed, "verification_failures").await, (0.0, 0));

        let decision = AddDecision {
            title: "One database".to_owned(),
            decision: "SQLite first".to_owned(),
            rationale: "it is there".to_owned(),
            category: DecisionCategory::Architecture,
            impact: DecisionImpact::High,
            status: DecisionStatus::Accepted,
            review_at: Some(now + TimeDelta::days(1)),
            ..AddDecision::default()
        };
        seed.must(&decision).await;
        assert_eq!(value(&seed, "decisions_due").await, (0.0, 0));
        seed.sql("UPDATE board_decisions SET review_at = created_at").await;
        assert_eq!(value(&seed, "decisions_due").await, (1.0, 1));
        seed.sql("UPDATE board_decisions SET status = 'rejected'").await;
        assert_eq!(value(&seed, "decisions_due").await, (0.0, 0));
    }

    async fn only_of_its_project_and_in_as_many_statements_whatever_there_is(t: TestDb) {
        let seed = t.seed().await;
        let query = MeasureHealth { project: Some(Ref::from("demo")) };
        let none = t.statements(&seed.board, &query).await;
        let other = AddProject {
            slug: "other".to_owned(),
            name: "Other".to_owned(),
            key_prefix: "OT".to_owned(),
            ..AddProject::default()
        };
        seed.must(&other).await;
        let items = (0..40).map(|n| NewItem::titled(format!("n{n}"))).collect();
        seed.add_all_in("other", items).await;
        seed.sql("UPDATE work_items SET due_at = created_at").await;
        let demo = seed.board.read(&query).await.expect("measure");
        assert!(demo.metrics.iter().all(|metric| metric.of == 0), "{demo:?}");
        let other = seed.board.read(&MeasureHealth { project: Some(Ref::from("other")) }).await.expect("measure");
        assert_eq!(other.metrics.iter().find(|metric| metric.name == "overdue").map(|metric| metric.of), Some(40));
        assert_eq!(t.statements(&seed.board, &MeasureHealth { project: Some(Ref::from("other")) }).await, none);
    }
}
