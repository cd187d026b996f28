//! The strict gate: the enhanced checks, and then somebody else's review.

use callboard_service::assignment::FinishOwn;
use callboard_service::entity::{
    TaskAssignmentStatus, WorkItemDelegationStatus as Delegation, WorkItemQualityGateLevel as Level,
    WorkItemStatus as Status,
};
use callboard_service::item::{EditItem, NewItem};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::review::AcceptReview;
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{Gated, criterion};

both! {
    async fn a_completed_item_waits_for_a_review_and_then_frees_what_waits_for_it(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Strict).await;
        let waits = gated.seed.item().await;
        gated.seed.must(&AddPrerequisite::new(waits.id, held.item.id)).await;
        gated.create(held.item.id, "a", "one").await;
        let done = gated.complete(&held).await.expect("complete");
        assert!(done.unblocked.is_empty() && done.gate.is_empty());
        assert_eq!(done.assignment.status, TaskAssignmentStatus::Completed);
        let row = gated.row(held.item.id).await;
        assert_eq!((row.status, row.delegation_status, row.completed_at), (Status::Review, Delegation::Completed, None));
        let last = gated.seed.events(row.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.to_status.as_deref()), ("submitted", Some("review")));
        assert_eq!(gated.seed.row(waits.id).await.unmet_prerequisites, 1);
        assert!(gated.complete(&held).await.expect("a repeat").already);

        let accepted = gated.seed.must(&AcceptReview { item: Ref::Id(row.id), reason: None }).await;
        assert_eq!((accepted.moved.item.status, &accepted.moved.unblocked), (Status::Done, &vec![waits.id]));
        assert!(gated.row(row.id).await.completed_at.is_some());
        assert_eq!(gated.seed.row(waits.id).await.unmet_prerequisites, 0);
        assert_eq!(gated.told(row.id).await, serde_json::json!({ "level": "strict" }));
    }

    async fn the_enhanced_checks_come_first(t: TestDb) {
        let gated = Gated::new(&t).await;
        let item = NewItem {
            quality_gate_level: Level::Strict,
            acceptance_criteria: vec![criterion("it is fast", false)],
            ..NewItem::titled("gated")
        };
        let held = gated.work_on(item).await;
        gated.create(held.item.id, "a", "one").await;
        gated.remove("a");
        assert_eq!(gated.missing(&held).await, ["criterion 1 is not met: it is fast", "the file a is missing"]);
        assert_eq!(gated.row(held.item.id).await.status, Status::InProgress);
    }

    /// A person's short way leads to the review too, and a repeat of it changes nothing.
    async fn what_a_person_finishes_is_reviewed_by_another(t: TestDb) {
        let gated = Gated::new(&t).await;
        let strict = NewItem { quality_gate_level: Level::Strict, ..NewItem::titled("own") };
        let item = gated.seed.add(strict).await;
        let finish = FinishOwn { item: Ref::Id(item.id), notes: None, actual_hours: None, force: None };
        assert_eq!(gated.seed.must(&finish).await.item.status, Status::Review);
        assert!(gated.seed.must(&finish).await.already);
        let accept = AcceptReview { item: Ref::Id(item.id), reason: None };
        let error = gated.seed.must_refuse(&accept).await;
        let Error::Conflict(Conflict::OwnReview { item, reviewer }) = error else { panic!("{error}") };
        assert_eq!((item.as_str(), reviewer.as_str()), ("CB-1", "user:kim"));
        let reviewed = gated.seed.by(&gated.agent, &accept).await.expect("the agent may");
        assert_eq!(reviewed.moved.item.status, Status::Done);
    }

    /// What is in review stays there when its gate changes: the review was asked for.
    async fn another_gate_does_not_move_what_is_in_review(t: TestDb) {
        let gated = Gated::new(&t).await;
        let held = gated.work(Level::Strict).await;
        gated.complete(&held).await.expect("complete");
        gated.seed.must(&EditItem { quality_gate_level: Some(Level::Standard), ..EditItem::new("CB-1") }).await;
        assert_eq!(gated.row(held.item.id).await.status, Status::Review);
        gated.seed.must(&AcceptReview { item: "CB-1".into(), reason: None }).await;
        assert_eq!(gated.told(held.item.id).await["level"], "strict");
    }
}
