//! Blocking an item.

use callboard_service::ErrorKind;
use callboard_service::entity::WorkItemStatus as Status;
use callboard_service::item::BlockItem;
use support::{TestDb, both};

both! {
    async fn a_blocked_item_says_why_and_is_not_claimed(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        seed.run(BlockItem { item: item.id.into(), reason: "waiting for the key".to_owned() }).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.status, row.blocked_reason.as_deref()), (Status::Blocked, Some("waiting for the key")));
        assert_eq!(row.dead_at, None, "it is no dead letter");
        assert!(seed.try_claim(&agent).await.is_err());
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("blocked", Some("waiting for the key")));
    }

    async fn it_needs_a_reason_and_no_holder(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        for reason in ["", " \n", "a\u{0}b"] {
            let (kind, text) = seed.refused(BlockItem { item: item.id.into(), reason: reason.to_owned() }).await;
            assert_eq!(kind, ErrorKind::Invalid);
            assert!(text.starts_with("reason: must not"), "{text}");
        }
        let held = seed.claim(&agent).await;
        let (kind, text) = seed.refused(BlockItem { item: item.id.into(), reason: "x".to_owned() }).await;
        assert_eq!(kind, ErrorKind::Conflict);
        assert!(text.contains(&held.assignment.to_string()), "{text}");
        assert_eq!(seed.row(item.id).await.status, Status::InProgress);
    }
}
