//! Unblocking an item.

use callboard_service::ErrorKind;
use callboard_service::entity::WorkItemStatus as Status;
use callboard_service::item::{BlockItem, UnblockItem};
use support::{TestDb, both};

both! {
    async fn it_can_be_claimed_again(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        seed.run(BlockItem { item: item.id.into(), reason: "x".to_owned() }).await;
        seed.run(UnblockItem { item: item.id.into(), reason: Some("the key is here".to_owned()) }).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.status, row.blocked_reason), (Status::Todo, None));
        assert_eq!(seed.claim(&agent).await.item.id, item.id);
    }

    async fn a_dead_letter_is_retried_not_unblocked(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let dead = seed.bury(item.id, "failed: no disk").await;
        let (kind, text) = seed.refused(UnblockItem { item: item.id.into(), reason: None }).await;
        assert_eq!(kind, ErrorKind::Conflict);
        assert_eq!(text, "CB-1 is a dead letter (failed: no disk): retry it");
        assert_eq!(seed.row(item.id).await, dead);
    }
}
