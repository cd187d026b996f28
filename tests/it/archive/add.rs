//! Taking an item off the board.

use callboard_service::archive::AddArchive;
use callboard_service::entity::{WorkItemArchiveReason as Reason, WorkItemStatus, work_items};
use callboard_service::item::{AddItems, ItemRef, NewItem};
use callboard_service::session::StartSession;
use callboard_service::setting::SetSetting;
use callboard_service::{Conflict, Error, Ref};
use chrono::TimeDelta;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde_json::json;
use support::{TestDb, both, documents};

use super::{as_stale, chain, of, rows, stored};

both! {
    async fn it_is_gone_with_all_of_its_rows_and_is_kept(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.add(NewItem::titled("zebra crossing")).await;
        seed.must(&callboard_service::item::CommentOnItem { item: item.id.into(), text: "a quagga".to_owned() }).await;
        let item = seed.put(item.id, WorkItemStatus::Done).await;
        let before = documents(&seed.raw).await.len();
        let added = seed.must(&of(&item)).await;
        assert_eq!((added.item.as_str(), added.reason, added.rows, added.links), (item.key.as_str(), Reason::Completed, 4, 0));
        let gone = work_items::Entity::find_by_id(item.id).count(&seed.raw).await.expect("count");
        assert_eq!((gone, seed.events(item.id).await.len()), (0, 0));
        assert_eq!(documents(&seed.raw).await.len(), before - 2, "the item's and the comment's words are not found");
        let row = stored(&seed).await.remove(0);
        assert_eq!((row.item_id, row.item_key.as_str(), row.title.as_str()), (item.id, item.key.as_str(), "zebra crossing"));
        assert_eq!((row.row_count, row.restorable, row.operation_id, row.actor_id), (4, true, None, seed.me.id));
        assert_eq!(row.expires_at - row.created_at, TimeDelta::days(90));
        assert_eq!(row.content_sha256.len(), 64);
        // Its number is not given away again.
        let next = seed.item().await;
        assert_ne!(next.key, item.key);
        let error = seed.must_refuse(&of(&item)).await;
        assert!(matches!(error, Error::NotFound { entity: "item", .. }), "{error}");
    }

    async fn each_reason_is_kept_for_its_days(t: TestDb) {
        let seed = t.seed().await;
        let set = SetSetting { key: "retention_days".to_owned(), value: json!({"stale": 3}), project: None };
        seed.must(&set).await;
        let items = seed.add_all((0..4).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let done = seed.put(items[0].id, WorkItemStatus::Cancelled).await;
        let dead = seed.bury(items[1].id, "it fell").await;
        for (item, reason) in [(&done, None), (&dead, None), (&items[2], Some(Reason::Stale)), (&items[3], Some(Reason::Orphaned))] {
            seed.must(&AddArchive { item: Ref::Id(item.id), reason }).await;
        }
        let mut kept: Vec<_> = stored(&seed).await.iter().map(|a| (a.reason.as_str(), (a.expires_at - a.created_at).num_days())).collect();
        kept.sort_unstable();
        assert_eq!(kept, [("completed", 90), ("failed", 60), ("orphaned", 7), ("stale", 3)]);
    }

    async fn what_is_in_use_stays(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let links = chain(&seed, 2).await;
        let worked = seed.item().await;
        seed.must(&StartSession { item: Some(Ref::Id(worked.id)), ..StartSession::default() }).await;
        let before = rows(&seed).await;
        let error = seed.must_refuse(&as_stale(&held.item)).await;
        assert!(matches!(error, Error::Conflict(Conflict::Held { assignment, .. }) if assignment == held.assignment), "{error}");
        let error = seed.must_refuse(&as_stale(&links[0])).await;
        let Error::Conflict(Conflict::Dependents { dependents, .. }) = error else { panic!("{error}") };
        assert_eq!(dependents, [links[1].key.clone()]);
        let error = seed.must_refuse(&as_stale(&worked)).await;
        assert!(matches!(&error, Error::Conflict(Conflict::InUse { because, .. }) if because.contains("session")), "{error}");
        assert_eq!(rows(&seed).await, before);
    }

    async fn a_reason_that_is_not_so_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let open = seed.item().await;
        let done = seed.item().await;
        let done = seed.put(done.id, WorkItemStatus::Done).await;
        for (item, reason) in [(&open, None), (&open, Some(Reason::Completed)), (&open, Some(Reason::Failed)), (&done, Some(Reason::Stale))] {
            let error = seed.must_refuse(&AddArchive { item: Ref::Id(item.id), reason }).await;
            assert!(matches!(error, Error::Invalid { field: "reason", .. }), "{reason:?}: {error}");
        }
        assert_eq!(stored(&seed).await.len(), 0);
    }

    async fn children_lose_their_parent_and_tell_it(t: TestDb) {
        let seed = t.seed().await;
        let items = seed.must(&AddItems {
            project: None,
            items: vec![NewItem::titled("above"), NewItem { parent: Some(ItemRef::Index(0)), ..NewItem::titled("below") }],
        }).await;
        seed.must(&as_stale(&items[0])).await;
        assert_eq!(seed.row(items[1].id).await.parent_id, None);
        assert_eq!(seed.kinds(items[1].id).await, ["created", "parent_archived"]);
    }

    /// A finished item may still count what it never waited for in the end.
    async fn counters_of_finished_dependents_follow(t: TestDb) {
        let seed = t.seed().await;
        let links = chain(&seed, 2).await;
        assert_eq!(links[1].unmet_prerequisites, 1);
        seed.put(links[1].id, WorkItemStatus::Cancelled).await;
        seed.must(&as_stale(&links[0])).await;
        let other = seed.row(links[1].id).await;
        assert_eq!(other.unmet_prerequisites, 0);
        seed.must(&super::back(&links[0].key)).await;
        assert_eq!(seed.row(links[1].id).await.unmet_prerequisites, 1);
    }
}
