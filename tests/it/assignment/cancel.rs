//! Cancelling: the board takes an item back.

use callboard_service::ErrorKind;
use callboard_service::assignment::{Cancel, Fail, Pause};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::id;
use callboard_service::item::NewItem;
use support::{TestDb, both};
use uuid::Uuid;

both! {
    /// Taken back however often, the item still has all its attempts: only its own failure makes it dead.
    async fn cancelling_costs_no_attempt(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.add(NewItem { max_attempts: 2, ..NewItem::titled("often") }).await;
        for round in 0..5 {
            let claimed = seed.claim(&agent).await;
            assert_eq!((claimed.item.id, claimed.attempt), (item.id, 1), "round {round}");
            if round % 2 == 1 {
                let pause = Pause { assignment: claimed.assignment, reason: "x".to_owned(), deadline_seconds: None };
                seed.must(&pause).await;
            }
            let outcome = seed.must(&cancel(claimed.assignment)).await;
            assert_eq!((outcome.item.attempt_count, outcome.item.status), (0, WorkItemStatus::Todo));
            assert_eq!((outcome.item.available_at, outcome.item.blocked_reason), (None, None), "ready at once");
        }
        for attempt in 1..=2 {
            let claimed = seed.claim(&agent).await;
            assert_eq!(claimed.attempt, attempt);
            let fail = Fail { assignment: claimed.assignment, reason: "no".to_owned(), permanent: false };
            let failed = seed.by(&agent, &fail).await.expect("fail");
            assert_eq!(failed.item.dead_at.is_some(), attempt == 2, "attempt {attempt}");
            if attempt == 1 {
                seed.end_backoff(item.id).await;
            }
        }
    }

    /// It is the board's verb: a lease that ran out is no hindrance, and anybody may.
    async fn a_lease_that_ran_out_is_cancelled_all_the_same(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.lapse(held.assignment).await;
        let outcome = seed.must(&cancel(held.assignment)).await;
        let row = seed.assignment(held.assignment).await;
        assert_eq!((row.status, row.notes.as_deref()), (TaskAssignmentStatus::Cancelled, Some("not now")));
        assert_eq!((&outcome.assignment, outcome.item.assignee_id), (&row, None));
        let last = seed.events(held.item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.actor_id), ("unassigned", Some(seed.user.id)));
        assert_eq!(last.reason.as_deref(), Some("not now"));
        assert_eq!(seed.claim(&agent).await.item.id, held.item.id);
    }

    async fn a_reason_and_a_known_assignment_are_asked_for(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        let error = seed.must_refuse(&Cancel { assignment: held, reason: "  ".to_owned() }).await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert_eq!(seed.must_refuse(&cancel(id::new())).await.kind(), ErrorKind::NotFound);
    }
}

fn cancel(assignment: Uuid) -> Cancel {
    Cancel { assignment, reason: "not now".to_owned() }
}
