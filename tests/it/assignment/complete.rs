//! Completing: the item is done, and what waited for it goes on.

use callboard_service::assignment::{Complete, Holder, Start};
use callboard_service::entity::{
    TaskAssignmentStatus, TaskPrerequisiteStatus, WorkItemDelegationStatus, WorkItemStatus, task_prerequisites,
};
use callboard_service::item::NewItem;
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{ErrorKind, Ref, id};
use sea_orm::prelude::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use support::work::assign;
use support::{Seed, TestDb, both};
use uuid::Uuid;

both! {
    async fn a_completed_item_is_done_and_keeps_its_result(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let verb = Complete {
            notes: Some("two commits".to_owned()),
            actual_hours: Some("1.005".parse::<Decimal>().expect("a number")),
            result: Some(json!({"commits": ["a1", "b2"], "ok": true})),
            ..complete(held.assignment)
        };
        let done = seed.by(&agent, &verb).await.expect("complete");
        let (row, item) = (seed.assignment(held.assignment).await, seed.row(held.item.id).await);
        assert_eq!((&done.assignment, &done.item), (&row, &item), "what is told is what is stored");
        assert_eq!((row.status, row.notes.as_deref()), (TaskAssignmentStatus::Completed, Some("two commits")));
        let context = row.context.expect("a context");
        assert_eq!(context["result"], json!({"commits": ["a1", "b2"], "ok": true}));
        assert_eq!(context["match"], json!({"required": {}, "granted": {}}), "the match is kept beside it");
        assert_eq!((item.status, item.delegation_status), (WorkItemStatus::Done, WorkItemDelegationStatus::Completed));
        assert_eq!((item.completed_at, item.assignee_id), (row.completed_at, Some(agent.id)));
        assert_eq!(item.actual_hours, Some("1.00".parse().expect("a number")), "rounded half to even, to two decimals");
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("completed", Some("two commits")));
        assert_eq!((last.from_status.as_deref(), last.to_status.as_deref()), (Some("in_progress"), Some("done")));
    }

    /// What the second call says is not written over the first.
    async fn a_repeat_changes_nothing(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let first = seed.by(&agent, &complete(held.assignment)).await.expect("complete");
        let before = seed.snapshot().await;
        let again = Complete { notes: Some("again".to_owned()), ..complete(held.assignment) };
        let second = seed.by(&agent, &again).await.expect("a repeat");
        assert_eq!((second.already, second.assignment, second.item), (true, first.assignment, first.item));
        seed.assert_unchanged(&before, "a repeat").await;
    }

    async fn each_dependent_waits_for_one_less(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let items = seed.add_all(["a", "b", "only a", "a and b", "hint of a"].map(NewItem::titled).to_vec()).await;
        let [a, b, only_a, both, hint] = &items[..] else { panic!("five items") };
        for (item, prerequisite, optional) in
            [(only_a, a, false), (both, a, false), (both, b, false), (hint, a, true)]
        {
            let edge = AddPrerequisite::new(Ref::Id(item.id), Ref::Id(prerequisite.id));
            seed.must(&AddPrerequisite { optional, ..edge }).await;
        }
        assert_eq!(unmet(&seed, &[only_a.id, both.id, hint.id]).await, [1, 2, 0]);

        let done = finish(&seed, &agent, a.id).await;
        assert_eq!(done.unblocked, [only_a.id], "only what waits for nothing more by it");
        assert_eq!(unmet(&seed, &[only_a.id, both.id, hint.id]).await, [0, 1, 0]);
        let edges = task_prerequisites::Entity::find().filter(task_prerequisites::Column::PrerequisiteId.eq(a.id));
        for edge in edges.all(&seed.raw).await.expect("read the edges") {
            assert_eq!(edge.status, TaskPrerequisiteStatus::Satisfied);
            assert_eq!(edge.satisfied_at, seed.row(a.id).await.completed_at);
        }
        assert_eq!(seed.kinds(hint.id).await.last().map(String::as_str), Some("prerequisite_satisfied"));

        assert_eq!(finish(&seed, &agent, b.id).await.unblocked, [both.id]);
        assert_eq!(unmet(&seed, &[both.id]).await, [0]);
    }

    async fn a_person_completes_too(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let id = seed.must(&assign(item.id, Holder::User(Ref::Id(seed.user.id)))).await.assignment.id;
        let error = seed.must_refuse(&complete(id)).await;
        assert!(error.to_string().contains("is assigned: complete is not possible; possible: start"), "{error}");
        seed.must(&Start { assignment: id, lease_seconds: None }).await;
        assert_eq!(seed.must(&complete(id)).await.item.status, WorkItemStatus::Done);
    }

    async fn hours_have_bounds(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        let hours = |text: &str| Complete { actual_hours: Some(text.parse().expect("a number")), ..complete(held) };
        for bad in ["-0.01", "-5", "1000000", "999999.995", "79228162514264337593543950335"] {
            assert_eq!(seed.must_refuse(&hours(bad)).await.kind(), ErrorKind::Invalid, "{bad}");
        }
        let done = seed.must(&hours("999999.99")).await;
        assert_eq!(done.item.actual_hours, Some("999999.99".parse().expect("a number")));
        for good in ["0", "0.07"] {
            let held = seed.work(&agent).await.assignment;
            let done = seed.must(&Complete { assignment: held, ..hours(good) }).await;
            let stored = seed.row(done.item.id).await.actual_hours;
            assert_eq!(stored, Some(good.parse().expect("a number")));
        }
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        for verb in [
            Complete { notes: Some("\u{1b}]0;x\u{7}".to_owned()), ..complete(held) },
            Complete { notes: Some("x".repeat(1024 * 1024 + 1)), ..complete(held) },
            Complete { result: Some(json!(["\u{0}"])), ..complete(held) },
            Complete { result: Some(json!("x".repeat(1024 * 1024))), ..complete(held) },
        ] {
            assert_eq!(seed.must_refuse(&verb).await.kind(), ErrorKind::Invalid);
        }
        assert_eq!(seed.must_refuse(&complete(id::new())).await.kind(), ErrorKind::NotFound);
    }

    /// An item keeps what its newest twenty holders did, the newest first.
    async fn the_history_digest_holds_the_newest_twenty(t: TestDb) {
        let seed = t.seed().await;
        let agents = [seed.agent("one").await, seed.agent("two").await];
        let item = seed.item().await;
        let mut ended = Vec::new();
        for round in 0..22 {
            let held = seed.claim(&agents[round % 2]).await;
            let reason = format!("round {round}: {}", "é".repeat(300));
            seed.must(&callboard_service::assignment::Cancel { assignment: held.assignment, reason }).await;
            ended.push(held.assignment);
        }
        let held = seed.claim(&agents[0]).await;
        seed.must(&Complete { notes: Some("y".repeat(201)), ..complete(held.assignment) }).await;
        ended.push(held.assignment);
        ended.reverse();
        let digest = seed.row(item.id).await.delegation_history.expect("a digest");
        let digest = digest.as_array().expect("a list");
        assert_eq!(digest.len(), 20);
        let ids: Vec<_> = digest.iter().map(|e| e["assignment"].as_str().expect("an id").to_owned()).collect();
        assert_eq!(ids, ended[..20].iter().map(Uuid::to_string).collect::<Vec<_>>());
        assert_eq!((&digest[0]["status"], &digest[1]["status"]), (&json!("completed"), &json!("cancelled")));
        assert_eq!((&digest[0]["agent"], &digest[0]["user"]), (&json!(agents[0].id), &json!(null)));
        assert_eq!(digest[0]["attempt"], json!(1));
        let at = digest[0]["at"].as_str().and_then(|at| chrono::DateTime::parse_from_rfc3339(at).ok()).expect("a time");
        assert_eq!(Some(at.to_utc()), seed.assignment(held.assignment).await.completed_at);
        let notes = |n: usize| digest[n]["notes"].as_str().expect("notes").chars().count();
        assert_eq!((notes(0), notes(1)), (200, 200), "long notes are cut");
    }
}

fn complete(assignment: Uuid) -> Complete {
    Complete { assignment, ..Complete::default() }
}

async fn finish(
    seed: &Seed,
    agent: &callboard_service::entity::agent_profiles::Model,
    item: Uuid,
) -> callboard_service::assignment::Completed {
    let id = seed.assign(item, agent).await.assignment.id;
    seed.by(agent, &Start { assignment: id, lease_seconds: Some(60) }).await.expect("start");
    seed.by(agent, &complete(id)).await.expect("complete")
}

async fn unmet(seed: &Seed, items: &[Uuid]) -> Vec<i64> {
    let mut counts = Vec::new();
    for item in items {
        counts.push(seed.row(*item).await.unmet_prerequisites);
    }
    counts
}
