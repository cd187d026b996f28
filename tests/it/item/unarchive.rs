//! Taking items back from the archive.

use callboard_service::item::{ArchiveItem, UnarchiveItem};
use support::{TestDb, both};

both! {
    async fn it_comes_back_as_it_was(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        seed.run(ArchiveItem { item: item.id.into(), reason: None }).await;
        assert!(seed.try_claim(&agent).await.is_err());
        let back = seed.run(UnarchiveItem { item: item.id.into() }).await;
        assert!(!back.already);
        let row = seed.row(item.id).await;
        assert_eq!((row.archived_at, row.status), (None, item.status));
        assert!(seed.run(UnarchiveItem { item: "CB-1".into() }).await.already);
        assert_eq!(seed.kinds(item.id).await, ["created", "archived", "unarchived"]);
        assert_eq!(seed.claim(&agent).await.item.id, item.id);
    }
}
