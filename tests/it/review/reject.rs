//! Rejecting finished work: the next one to work on it is told why.

use callboard_service::assignment::Claim;
use callboard_service::entity::{ReviewVerdict, WorkItemDelegationStatus as Delegation, WorkItemStatus as Status};
use callboard_service::item::MoveItem;
use callboard_service::recovery::{Recover, markdown};
use callboard_service::review::{AcceptReview, RejectReview};
use callboard_service::{ErrorKind, Ref};
use support::{TestDb, both};
use uuid::Uuid;

use super::{hand_in, rows, submitted};

fn reject(item: Uuid) -> RejectReview {
    RejectReview { item: Ref::Id(item), reason: "the errors have no test".to_owned() }
}

both! {
    async fn it_is_todo_again_at_no_cost(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let held = submitted(&seed, &coder).await;
        let reviewed = seed.must(&reject(held.item.id)).await;
        assert_eq!(reviewed.review.verdict, ReviewVerdict::Rejected);
        let row = seed.row(held.item.id).await;
        assert_eq!(row, reviewed.moved.item);
        assert_eq!((row.status, row.delegation_status, row.assignee_id), (Status::Todo, Delegation::Unassigned, None));
        assert_eq!((row.attempt_count, row.completed_at), (0, None), "a rejected result costs no attempt");
        let last = seed.events(row.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("rejected", Some("the errors have no test")));
        // Many rejections make no dead letter.
        for _ in 0..4 {
            hand_in(&seed, &coder, row.id).await;
            seed.must(&reject(row.id)).await;
        }
        assert_eq!((seed.row(row.id).await.dead_at, rows(&seed).await.len()), (None, 5));
    }

    async fn the_next_claim_is_shown_the_reason(t: TestDb) {
        let seed = t.seed().await;
        let (coder, other) = (seed.agent("coder").await, seed.agent("other").await);
        let held = submitted(&seed, &coder).await;
        seed.sql(r#"UPDATE work_items SET acceptance_criteria = '[{"text": "it is tested", "done": true}]'"#).await;
        seed.must(&reject(held.item.id)).await;
        let claimed = seed.by(&other, &Claim::one(Ref::Id(other.id))).await.expect("claim").claimed.remove(0);
        let package = claimed.recovery.expect("a package");
        let rejection = package.rejection.as_ref().expect("the rejection");
        assert_eq!((rejection.by.as_str(), rejection.reason.as_str()), ("user:kim", "the errors have no test"));
        assert_eq!(rejection.review, rows(&seed).await[0].id);
        let first = &package.recommendations[0];
        assert_eq!((first.rule.as_str(), first.text.as_str()), (
            "rejected", "user:kim rejected the last result: the errors have no test",
        ));
        assert!(package.recommendations.iter().all(|advice| advice.rule != "complete"), "{:?}", package.recommendations);
        assert!(package.guidance.iter().any(|advice| advice.rule == "gate"), "{:?}", package.guidance);
        assert!(markdown(&package).contains("> the errors have no test"));
        // What was accepted after all is told no more.
        let complete = callboard_service::assignment::Complete { assignment: claimed.assignment, ..Default::default() };
        seed.by(&other, &complete).await.expect("complete");
        seed.must(&AcceptReview { item: Ref::Id(held.item.id), reason: None }).await;
        let package = seed.board.read(&Recover::of(Ref::Id(held.item.id))).await.expect("a package");
        assert_eq!(package.rejection, None);
    }

    async fn it_needs_a_reason_and_another_than_the_completer(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let held = submitted(&seed, &coder).await;
        let blank = RejectReview { reason: " ".to_owned(), ..reject(held.item.id) };
        assert_eq!(seed.must_refuse(&blank).await.kind(), ErrorKind::Invalid);
        let bare = MoveItem::new(held.item.id, Status::Todo);
        assert_eq!(seed.must_refuse(&bare).await.kind(), ErrorKind::Invalid, "nor by a move without one");
        let error = seed.by(&coder, &reject(held.item.id)).await.expect_err("its own");
        assert!(error.kind() == ErrorKind::Conflict && error.to_string().contains("agent:coder completed CB-1"), "{error}");
        assert!(rows(&seed).await.is_empty());
        let todo = seed.item().await;
        assert_eq!(seed.must_refuse(&reject(todo.id)).await.kind(), ErrorKind::Conflict);
        // By a move, a review is recorded all the same.
        let by_move = MoveItem { reason: Some("again".to_owned()), ..bare };
        seed.must(&by_move).await;
        assert_eq!(rows(&seed).await[0].reason.as_deref(), Some("again"));
    }
}
