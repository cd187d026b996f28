//! What waits for a review, and what was said.

use callboard_service::ErrorKind;
use callboard_service::Ref;
use callboard_service::entity::ReviewVerdict;
use callboard_service::item::ShowItem;
use callboard_service::review::{AcceptReview, ListReviews, RejectReview};
use support::{TestDb, both};

use super::{hand_in, submitted};

both! {
    async fn who_may_not_review_is_named(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let first = submitted(&seed, &one).await;
        let second = submitted(&seed, &two).await;
        seed.must(&RejectReview { item: Ref::Id(first.item.id), reason: "again".to_owned() }).await;
        hand_in(&seed, &two, first.item.id).await;
        let found = seed.board.read(&ListReviews::default()).await.expect("list");
        let rows: Vec<_> = found.waiting.rows.iter().map(|row| (row.item.key.as_str(), row.completers.clone())).collect();
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        assert_eq!(rows, [("CB-1", names(&["agent:one", "agent:two"])), ("CB-2", names(&["agent:two"]))]);
        assert!(found.reviews.is_empty(), "no item was named");
        let page = seed.board.read(&ListReviews { limit: Some(1), ..ListReviews::default() }).await.expect("list");
        assert_eq!((page.waiting.rows.len(), page.waiting.next), (1, Some(first.item.id)));
        let next = ListReviews { limit: Some(1), after: page.waiting.next, ..ListReviews::default() };
        let page = seed.board.read(&next).await.expect("list");
        assert_eq!((page.waiting.rows[0].item.id, page.waiting.next), (second.item.id, None));
        seed.project("other", "OT").await;
        let other = ListReviews { project: Some("other".into()), ..ListReviews::default() };
        assert!(seed.board.read(&other).await.expect("list").waiting.rows.is_empty());
    }

    async fn the_reviews_of_an_item_newest_first(t: TestDb) {
        let seed = t.seed().await;
        let one = seed.agent("one").await;
        let held = submitted(&seed, &one).await;
        seed.must(&RejectReview { item: Ref::Id(held.item.id), reason: "again".to_owned() }).await;
        let again = hand_in(&seed, &one, held.item.id).await;
        seed.must(&AcceptReview { item: Ref::Id(held.item.id), reason: None }).await;
        let query = ListReviews { item: Some("CB-1".into()), ..ListReviews::default() };
        let found = seed.board.read(&query).await.expect("list");
        assert!(found.waiting.rows.is_empty());
        let said: Vec<_> = found.reviews.iter().map(|r| (r.verdict, r.reviewer.as_str(), r.assignment)).collect();
        assert_eq!(said, [
            (ReviewVerdict::Accepted, "user:kim", Some(again.assignment)),
            (ReviewVerdict::Rejected, "user:kim", Some(held.assignment)),
        ]);
        let shown = seed.board.read(&ShowItem { item: "CB-1".into() }).await.expect("show");
        assert_eq!(shown.reviews, found.reviews);
        let wrong = ListReviews { item: Some("CB-9".into()), ..ListReviews::default() };
        assert_eq!(seed.board.read(&wrong).await.expect_err("unknown").kind(), ErrorKind::NotFound);
        let wrong = ListReviews { limit: Some(501), ..ListReviews::default() };
        assert_eq!(seed.board.read(&wrong).await.expect_err("too many").kind(), ErrorKind::Invalid);
    }
}
