//! Putting an item back.

use callboard_service::archive::RestoreArchive;
use callboard_service::entity::{TaskPrerequisiteStatus as Edge, WorkItemStatus, task_prerequisites as edges};
use callboard_service::item::{ItemRef, NewItem, ReopenItem};
use callboard_service::{Conflict, Error, Ref};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use support::{Seed, TestDb, both, documents};
use uuid::Uuid;

use super::{archive, as_stale, back, chain, differences, restore, rows, stored};

async fn edge(seed: &Seed, item: Uuid) -> edges::Model {
    let of = edges::Entity::find().filter(edges::Column::WorkItemId.eq(item));
    of.one(&seed.raw).await.expect("read the edge").expect("there is one")
}

both! {
    async fn it_comes_back_as_it_was_and_its_ledger_tells_it(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.add(NewItem { tags: vec!["x".to_owned()], ..NewItem::titled("zebra") }).await;
        let (before, words) = (rows(&seed).await, documents(&seed.raw).await);
        archive(&seed, &item).await;
        let restored = restore(&seed, &item.key.to_lowercase()).await;
        assert_eq!((restored.rows, restored.links), (2, 0));
        assert_eq!((restored.left_out.len(), restored.loosened.len(), restored.changed.len()), (0, 0, 0));
        let (gone, new) = differences(&before, &rows(&seed).await);
        // The item's row with another revision, and one row of its ledger.
        assert_eq!((gone.len(), new.len()), (1, 2), "{gone:#?} {new:#?}");
        let now = seed.row(item.id).await;
        assert_eq!(now, callboard_service::entity::work_items::Model {
            revision: item.revision + 1,
            updated_at: now.updated_at,
            last_activity_at: now.last_activity_at,
            ..item.clone()
        });
        assert_eq!(seed.kinds(item.id).await, ["created", "restored"]);
        assert_eq!(documents(&seed.raw).await.len(), words.len());
        assert_eq!(stored(&seed).await.len(), 0);
        let error = seed.must_refuse(&back(&item.key)).await;
        assert!(matches!(error, Error::NotFound { entity: "archive", .. }), "{error}");
    }

    async fn what_it_waits_for_is_judged_anew(t: TestDb) {
        let seed = t.seed().await;
        // It waited, and what it waited for is done by now.
        let one = chain(&seed, 2).await;
        archive(&seed, &one[1]).await;
        seed.sql(&format!("UPDATE board_projects SET metadata = NULL WHERE slug <> '{}'", "none")).await;
        let agent = seed.agent("coder").await;
        let held = seed.claim(&agent).await;
        assert_eq!(held.item.key, one[0].key);
        seed.must(&callboard_service::assignment::Complete { assignment: held.assignment, ..Default::default() }).await;
        let restored = restore(&seed, &one[1].key).await;
        assert_eq!((restored.changed.len(), restored.item.unmet_prerequisites), (1, 0));
        assert_eq!(edge(&seed, one[1].id).await.status, Edge::Satisfied);
        // It was satisfied, and what satisfied it was reopened.
        archive(&seed, &restored.item).await;
        seed.must(&ReopenItem { item: Ref::Id(one[0].id), reason: Some("it was wrong".to_owned()) }).await;
        let restored = restore(&seed, &one[1].key).await;
        assert_eq!(restored.item.unmet_prerequisites, 1);
        assert_eq!(restored.changed, [format!("{} for {}: satisfied is pending now", one[0].key, one[1].key)]);
        let edge = edge(&seed, one[1].id).await;
        assert_eq!((edge.status, edge.satisfied_at), (Edge::Pending, None));
    }

    async fn children_get_their_parent_back_unless_they_have_another(t: TestDb) {
        let seed = t.seed().await;
        let child = |title: &str| NewItem { parent: Some(ItemRef::Index(0)), ..NewItem::titled(title) };
        let items = seed.add_all(vec![NewItem::titled("above"), child("one"), child("two"), NewItem::titled("other")]).await;
        seed.must(&as_stale(&items[0])).await;
        let edit = callboard_service::item::EditItem {
            parent: callboard_service::Change::Set(Ref::Id(items[3].id)),
            ..callboard_service::item::EditItem::new(Ref::Id(items[2].id))
        };
        seed.must(&edit).await;
        let restored = restore(&seed, &items[0].key).await;
        assert_eq!((restored.links, restored.loosened.len()), (1, 1), "{:?}", restored.loosened);
        assert_eq!(seed.row(items[1].id).await.parent_id, Some(items[0].id));
        assert_eq!(seed.row(items[2].id).await.parent_id, Some(items[3].id));
    }

    async fn a_key_that_is_taken_and_an_archive_that_is_damaged(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        archive(&seed, &item).await;
        let other = seed.item().await;
        seed.sql(&format!("UPDATE work_items SET key = '{}' WHERE key = '{}'", item.key, other.key)).await;
        let error = seed.must_refuse(&back(&item.key)).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Exists { entity: "item", name }) if *name == item.key), "{error}");
        seed.sql(&format!("UPDATE work_items SET key = '{}' WHERE key = '{}'", other.key, item.key)).await;
        seed.sql("UPDATE work_item_archives SET content_sha256 = 'another'").await;
        let before = rows(&seed).await;
        let error = seed.must_refuse(&RestoreArchive { leave_out: true, ..back(&item.key) }).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Inactive { entity: "archive", .. })), "{error}");
        assert_eq!(rows(&seed).await, before);
    }

    async fn a_finished_one_stays_finished(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let done = seed.put(item.id, WorkItemStatus::Done).await;
        archive(&seed, &done).await;
        assert_eq!(restore(&seed, &done.key).await.item.status, WorkItemStatus::Done);
    }
}
