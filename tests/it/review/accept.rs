//! Accepting finished work.

use callboard_service::entity::{ReviewReviewerType, ReviewVerdict, WorkItemStatus as Status};
use callboard_service::item::ReopenItem;
use callboard_service::review::{AcceptReview, RejectReview};
use callboard_service::session::StartSession;
use callboard_service::{Actor, Conflict, Error, ErrorKind, Ref};
use support::{TestDb, both};
use uuid::Uuid;

use super::{hand_in, rows, submitted};

fn accept(item: Uuid) -> AcceptReview {
    AcceptReview { item: Ref::Id(item), reason: Some("well done".to_owned()) }
}

both! {
    async fn the_item_is_done_and_the_review_is_kept(t: TestDb) {
        let seed = t.seed().await;
        let (coder, lead) = (seed.agent("coder").await, seed.agent("lead").await);
        let held = submitted(&seed, &coder).await;
        let session = seed.by(&lead, &StartSession::default()).await.expect("a session");
        let inside = seed.in_session(session.id).await;
        let reviewed = inside.by(&lead, &accept(held.item.id)).await.expect("accept");
        assert_eq!(reviewed.moved.item.status, Status::Done);
        let row = rows(&seed).await.remove(0);
        assert_eq!(row, reviewed.review);
        assert_eq!((row.verdict, row.reviewer_type, row.reviewer_id), (
            ReviewVerdict::Accepted, ReviewReviewerType::Agent, lead.id,
        ));
        assert_eq!((row.work_item_id, row.assignment_id), (held.item.id, Some(held.assignment)));
        assert_eq!((row.session_id, row.reason.as_deref()), (Some(session.id), Some("well done")));
        let last = seed.events(held.item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref(), last.actor_id), ("accepted", Some("well done"), Some(lead.id)));
        assert_eq!(last.data.expect("data")["review"], row.id.to_string());

        let again = seed.by(&lead, &accept(held.item.id)).await.expect("a repeat");
        assert!(again.moved.already && again.review == row);
        assert_eq!(rows(&seed).await.len(), 1);
        assert_eq!(seed.must_refuse(&accept(held.item.id)).await.kind(), ErrorKind::Conflict, "of another reviewer");
    }

    /// Nobody who ever completed it, in whatever name.
    async fn none_of_its_completers_may(t: TestDb) {
        let seed = t.seed().await;
        let (one, two, three) = (seed.agent("one").await, seed.agent("two").await, seed.agent("three").await);
        let held = submitted(&seed, &one).await;
        let refused = async |by: Actor, who: &str| {
            let before = seed.snapshot().await;
            let error = seed.board.run(by, &accept(held.item.id)).await.expect_err("its own");
            seed.assert_unchanged(&before, "a refused review").await;
            let Error::Conflict(Conflict::OwnReview { item, reviewer }) = error else { panic!("{error}") };
            assert_eq!((item.as_str(), reviewer.as_str()), ("CB-1", who));
        };
        refused(Actor::agent(one.id), "agent:one").await;
        seed.by(&two, &RejectReview { item: Ref::Id(held.item.id), reason: "again".to_owned() }).await.expect("reject");
        hand_in(&seed, &two, held.item.id).await;
        refused(Actor::agent(one.id), "agent:one").await;
        refused(Actor::agent(two.id), "agent:two").await;
        // One who handed in what another held.
        seed.by(&three, &RejectReview { item: Ref::Id(held.item.id), reason: "again".to_owned() }).await.expect("reject");
        let claim = callboard_service::assignment::Claim {
            item: Some(Ref::Id(held.item.id)), ..callboard_service::assignment::Claim::one(Ref::Id(two.id))
        };
        let again = seed.by(&two, &claim).await.expect("claim").claimed.remove(0);
        let complete = callboard_service::assignment::Complete { assignment: again.assignment, ..Default::default() };
        seed.must(&complete).await;
        refused(seed.me, "user:kim").await;
        seed.by(&three, &accept(held.item.id)).await.expect("three never completed it");
    }

    async fn it_needs_somebody_and_an_item_in_review(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let (held, todo) = (submitted(&seed, &coder).await, seed.item().await);
        let error = seed.board.run(Actor::SYSTEM, &accept(held.item.id)).await.expect_err("nobody");
        assert!(error.kind() == ErrorKind::Invalid && error.to_string().contains("who answers for it"), "{error}");
        let error = seed.must_refuse(&accept(todo.id)).await;
        assert!(error.to_string().starts_with("item CB-2 is todo: accept is not possible"), "{error}");
        let unknown = AcceptReview { item: "CB-9".into(), reason: None };
        assert_eq!(seed.must_refuse(&unknown).await.kind(), ErrorKind::NotFound);
        let bad = AcceptReview { reason: Some("\u{7}".to_owned()), ..accept(held.item.id) };
        assert_eq!(seed.must_refuse(&bad).await.kind(), ErrorKind::Invalid);
        // A reopened item is no repeat of an acceptance.
        seed.must(&accept(held.item.id)).await;
        seed.must(&ReopenItem { item: Ref::Id(held.item.id), reason: None }).await;
        assert_eq!(seed.must_refuse(&accept(held.item.id)).await.kind(), ErrorKind::Conflict);
    }
}
