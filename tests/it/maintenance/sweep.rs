//! What a sweep does, one step after the other.

use callboard_service::archive::AddArchive;
use callboard_service::entity::{
    MaintenanceOperationExecutionStatus as Status, TaskAssignmentStatus, WorkItemStatus, WorkSessionStatus,
    checkpoints, idempotency_keys, maintenance_operations as operations, project_health_metrics as metrics,
    work_item_archives as archives, work_sessions as sessions, workflow_context as context,
};
use callboard_service::item::CommentOnItem;
use callboard_service::maintenance::{Outcome, Severity, Sweep};
use callboard_service::session::StartSession;
use callboard_service::setting::SetSetting;
use callboard_service::workflow::context::SetContext;
use callboard_service::{Error, Ref};
use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter};
use serde_json::{Value, json};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{runs, sweep, told};

async fn one(seed: &Seed) -> Vec<String> {
    told(&sweep(seed, &Sweep::default()).await.findings)
}

/// A session whose last sign of life was that long ago.
async fn session(seed: &Seed, key: &str, hours: i64) -> Uuid {
    let start = StartSession { key: Some(key.to_owned()), beside: true, ..StartSession::default() };
    let id = seed.must(&start).await.id;
    let at = seed.board.now() - TimeDelta::hours(hours) - TimeDelta::minutes(1);
    let change = sessions::ActiveModel {
        updated_at: Set(at),
        started_at: Set(at),
        resumed_at: Set(Some(at)),
        ..Default::default()
    };
    let all = sessions::Entity::update_many().set(change).filter(sessions::Column::Id.eq(id));
    all.exec(&seed.raw).await.expect("write the session");
    id
}

async fn status(seed: &Seed, session: Uuid) -> WorkSessionStatus {
    let row = sessions::Entity::find_by_id(session).one(&seed.raw).await.expect("read the session");
    row.expect("it is there").status
}

async fn setting(seed: &Seed, key: &str, value: Value) {
    seed.must(&SetSetting { key: key.to_owned(), value, project: None }).await;
}

both! {
    async fn leases_are_expired_and_backoffs_released(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        assert_eq!(one(&seed).await, Vec::<String>::new(), "nothing is due");
        seed.lapse(held.assignment).await;
        assert_eq!(one(&seed).await, [format!("lease_expired {} changed", held.item.key)]);
        assert_eq!(seed.assignment(held.assignment).await.status, TaskAssignmentStatus::Expired);
        seed.end_backoff(held.item.id).await;
        assert_eq!(one(&seed).await, [format!("backoff_over {} changed", held.item.key)]);
        assert_eq!(seed.row(held.item.id).await.available_at, None);
        let row = runs(&seed).await.pop().expect("a run");
        assert_eq!((row.execution_status, row.project_id, row.error), (Status::Completed, None, None));
        assert_eq!((row.results.as_ref().expect("results")["summary"]["deadlines"].as_i64(), row.cursor), (Some(1), None));
    }

    async fn only_the_project_that_is_named(t: TestDb) {
        let seed = t.seed().await;
        seed.project("other", "OT").await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.lapse(held.assignment).await;
        let other = Sweep { project: Some(Ref::from("other")), ..Sweep::default() };
        assert_eq!(sweep(&seed, &other).await.findings, []);
        let nobody = Sweep { project: Some(Ref::from("nobody")), ..Sweep::default() };
        let error = seed.board.maintain(seed.me, &nobody, &|_| {}).await.expect_err("no project");
        assert!(matches!(error, Error::NotFound { entity: "project", .. }), "{error}");
        let own = Sweep { project: Some(Ref::Id(held.item.project_id)), ..Sweep::default() };
        assert_eq!(sweep(&seed, &own).await.findings.len(), 1);
    }

    async fn dead_sessions_are_abandoned_and_living_ones_are_not(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let [dead, young, noted, wrote] = [
            session(&seed, "dead", 72).await, session(&seed, "young", 71).await,
            session(&seed, "noted", 100).await, session(&seed, "wrote", 100).await,
        ];
        seed.must(&callboard_service::session::NoteInSession { session: Some(Ref::from("noted")), text: "here".into(), item: None }).await;
        let inside = seed.in_session(wrote).await;
        inside.must(&CommentOnItem { item: item.id.into(), text: "a remark".into() }).await;
        assert_eq!(one(&seed).await, ["dead_session dead changed"]);
        assert_eq!(status(&seed, dead).await, WorkSessionStatus::Abandoned);
        for other in [young, noted, wrote] {
            assert_eq!(status(&seed, other).await, WorkSessionStatus::Active);
        }
        setting(&seed, "session_idle_hours", json!(71)).await;
        assert_eq!(one(&seed).await, ["dead_session young changed"]);
    }

    async fn what_is_kept_long_enough_is_removed(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let done = seed.put(item.id, WorkItemStatus::Done).await;
        let project = done.project_id;
        seed.must(&AddArchive { item: Ref::Id(done.id), reason: None }).await;
        let old = seed.board.now() - TimeDelta::days(91);
        for (kind, at) in [("completion_rate", old), ("blocked_ratio", old + TimeDelta::days(2))] {
            let row: metrics::Model = serde_json::from_value(json!({
                "id": Uuid::now_v7(), "project_id": project, "metric_type": kind, "value": 1.0, "threshold": null,
                "is_passing": true, "details": null, "measured_at": at, "created_at": at,
            })).expect("a row");
            metrics::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&seed.raw).await.expect("write");
        }
        let first = sweep(&seed, &Sweep::default()).await;
        assert_eq!(told(&first.findings), ["old_metric completion_rate changed"]);
        // The archive's time is over, and so is that of the first run.
        let past = seed.board.now() - TimeDelta::seconds(1);
        let expired = archives::ActiveModel { expires_at: Set(past), ..Default::default() };
        archives::Entity::update_many().set(expired).exec(&seed.raw).await.expect("write the archive");
        let ended = operations::ActiveModel { completed_at: Set(Some(old)), ..Default::default() };
        operations::Entity::update_many().set(ended).exec(&seed.raw).await.expect("write the run");
        assert_eq!(one(&seed).await, [format!("archive_expired {} changed", done.key), format!("old_run {} changed", first.operation.id)]);
        assert_eq!(archives::Entity::find().count(&seed.raw).await.expect("count"), 0);
        assert_eq!(metrics::Entity::find().count(&seed.raw).await.expect("count"), 1);
        setting(&seed, "retention_days", json!({"health_metrics": 88})).await;
        assert_eq!(one(&seed).await, ["old_metric blocked_ratio changed"]);
    }

    async fn answers_values_and_checkpoints_that_are_over(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let comment = CommentOnItem { item: item.id.into(), text: "once".into() };
        seed.board.run_once(seed.me, "key-1", &comment).await.expect("comment");
        seed.board.run_once(seed.me, "key-2", &CommentOnItem { text: "twice".into(), ..comment }).await.expect("comment");
        let run = seed.flow(&support::flow::delegated("story", &[("one", &[])])).await;
        for (key, ttl) in [("short", Some(60)), ("long", None)] {
            let set = SetContext { run: Ref::Id(run.id), agent: "coder".into(), key: key.into(), value: json!(1), ttl_seconds: ttl };
            seed.must(&set).await;
        }
        let inside = seed.in_session(seed.must(&StartSession::default()).await.id).await;
        for n in 1..=4 {
            inside.must(&callboard_service::checkpoint::AddCheckpoint::of(item.id, format!("note {n}"))).await;
        }
        let past = seed.board.now() - TimeDelta::seconds(1);
        let answer = idempotency_keys::ActiveModel { expires_at: Set(past), ..Default::default() };
        let first = idempotency_keys::Entity::update_many().set(answer).filter(idempotency_keys::Column::Key.eq("key-1"));
        first.exec(&seed.raw).await.expect("write the answer");
        let value = context::ActiveModel { expires_at: Set(Some(past)), ..Default::default() };
        let short = context::Entity::update_many().set(value).filter(context::Column::ContextKey.eq("short"));
        short.exec(&seed.raw).await.expect("write the value");
        setting(&seed, "checkpoints_kept", json!(3)).await;
        assert_eq!(one(&seed).await, [
            format!("old_checkpoints {} changed", item.key),
            "answer_expired key-1 changed".to_owned(),
            "value_expired story/coder/short changed".to_owned(),
        ]);
        assert_eq!(idempotency_keys::Entity::find().count(&seed.raw).await.expect("count"), 1);
        assert_eq!(context::Entity::find().count(&seed.raw).await.expect("count"), 1);
        let left: Vec<i64> = checkpoints::Entity::find().all(&seed.raw).await.expect("read").iter().map(|c| c.seq).collect();
        assert_eq!(left.len(), 3);
        assert!(!left.contains(&1), "{left:?}");
        assert_eq!(one(&seed).await, Vec::<String>::new());
    }

    /// One row that cannot be read: the steps after it are done all the same.
    async fn what_one_step_refuses_stops_no_other(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.lapse(held.assignment).await;
        session(&seed, "dead", 80).await;
        let project = held.item.project_id;
        seed.must(&SetSetting { key: "retention_days".to_owned(), value: json!({"stale": 5}), project: Some(Ref::Id(project)) }).await;
        // A setting that was changed by hand to what it may not hold.
        let broken = callboard_service::entity::board_settings::ActiveModel { value: Set(json!("soon")), ..Default::default() };
        callboard_service::entity::board_settings::Entity::update_many().set(broken).exec(&seed.raw).await.expect("write");
        let found = sweep(&seed, &Sweep::default()).await.findings;
        let missed: Vec<_> = found.iter().filter(|f| f.outcome == Outcome::Missed).collect();
        assert_eq!(missed.len(), 2, "{found:#?}");
        assert!(missed.iter().all(|f| f.severity == Severity::High && f.detail.contains("retention_days")), "{missed:#?}");
        assert_eq!(told(&found)[..2], [format!("lease_expired {} changed", held.item.key), "dead_session dead changed".to_owned()]);
    }
}
