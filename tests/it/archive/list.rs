//! Listing archives.

use callboard_service::archive::ListArchives;
use callboard_service::entity::{WorkItemArchiveReason as Reason, WorkItemStatus};
use callboard_service::item::NewItem;
use callboard_service::{Error, Ref};
use chrono::TimeDelta;
use support::{TestDb, both};

use super::archive;

both! {
    async fn newest_first_and_filtered(t: TestDb) {
        let seed = t.seed().await;
        seed.project("other", "OT").await;
        let items = seed.add_all((0..3).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let elsewhere = seed.add_all_in("other", vec![NewItem::titled("far")]).await;
        let dead = seed.bury(items[0].id, "it fell").await;
        let done = seed.put(items[1].id, WorkItemStatus::Done).await;
        for item in [&dead, &done, &items[2], &elsewhere[0]] {
            archive(&seed, item).await;
        }
        let list = |query: ListArchives| {
            let seed = &seed;
            async move {
                let page = seed.board.read(&query).await.expect("list");
                page.rows.into_iter().map(|row| row.item).collect::<Vec<_>>()
            }
        };
        let keys = [&elsewhere[0].key, &items[2].key, &done.key, &dead.key].map(Clone::clone);
        assert_eq!(list(ListArchives::default()).await, keys);
        let other = ListArchives { project: Some(Ref::from("other")), ..ListArchives::default() };
        assert_eq!(list(other).await, keys[..1]);
        assert_eq!(list(ListArchives { reasons: vec![Reason::Failed], ..ListArchives::default() }).await, keys[3..]);
        let soon = seed.board.now() + TimeDelta::days(31);
        assert_eq!(list(ListArchives { expiring: Some(soon), ..ListArchives::default() }).await, keys[..2]);
        let page = seed.board.read(&ListArchives { limit: Some(3), ..ListArchives::default() }).await.expect("list");
        assert_eq!(page.rows.len(), 3);
        assert_eq!(list(ListArchives { after: page.next, ..ListArchives::default() }).await, keys[3..]);
        let row = &page.rows[2];
        assert_eq!((row.title.as_str(), row.by.as_str(), row.rows, row.restorable), ("n1", "user:kim", 3, true));
    }

    async fn none_and_a_limit_that_is_none(t: TestDb) {
        let seed = t.seed().await;
        assert_eq!(seed.board.read(&ListArchives::default()).await.expect("list").rows, []);
        let error = seed.board.read(&ListArchives { limit: Some(0), ..ListArchives::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
    }
}
