//! Archives that no longer fit.

use callboard_service::archive::{PurgeArchive, RestoreArchive};
use callboard_service::entity::{TaskPrerequisiteStatus, external_refs, task_prerequisites as edges};
use callboard_service::item::NewItem;
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Error, Ref};
use sea_orm::{EntityTrait, PaginatorTrait};
use support::{TestDb, both};
use uuid::Uuid;

use super::{archive, back, chain, misfits, restore, rows};

both! {
    /// Both ends of an edge are archived: the first is refused as long as the other is away, by its key.
    async fn the_other_end_of_an_edge_is_away(t: TestDb) {
        let seed = t.seed().await;
        let links = chain(&seed, 2).await;
        archive(&seed, &links[1]).await;
        archive(&seed, &links[0]).await;
        let before = rows(&seed).await;
        let named = misfits(seed.must_refuse(&back(&links[1].key)).await);
        assert_eq!(named, [format!("a row of kind prerequisite needs {}, which is in the archive: restore it first", links[0].key)]);
        assert_eq!(rows(&seed).await, before, "a refusal changes nothing");
        restore(&seed, &links[0].key).await;
        let restored = restore(&seed, &links[1].key).await;
        assert_eq!((restored.item.unmet_prerequisites, restored.left_out.len()), (1, 0));
    }

    async fn what_is_gone_for_good_is_left_out_when_asked(t: TestDb) {
        let seed = t.seed().await;
        let links = chain(&seed, 2).await;
        archive(&seed, &links[1]).await;
        archive(&seed, &links[0]).await;
        seed.must(&PurgeArchive { archive: Ref::from(links[0].key.as_str()), reason: "a test".to_owned() }).await;
        let named = misfits(seed.must_refuse(&back(&links[1].key)).await);
        assert!(named[0].contains(&links[0].key) && named[0].contains("gone"), "{named:?}");
        let restored = seed.must(&RestoreArchive { leave_out: true, ..back(&links[1].key) }).await;
        assert_eq!((restored.left_out, restored.item.unmet_prerequisites), (named, 0));
        assert_eq!(edges::Entity::find().count(&seed.raw).await.expect("count"), 0);
        assert_eq!(seed.kinds(links[1].id).await, ["created", "restored"]);
    }

    /// While it was away, its prerequisite came to wait for its dependent.
    async fn a_cycle_is_refused_with_its_keys(t: TestDb) {
        let seed = t.seed().await;
        let links = chain(&seed, 3).await;
        // The edges are met, so that what is between may go; they are edges all the same.
        seed.sql("UPDATE task_prerequisites SET status = 'waived'").await;
        for link in &links[1..] {
            let zero = callboard_service::entity::work_items::ActiveModel {
                unmet_prerequisites: sea_orm::ActiveValue::Set(0),
                ..Default::default()
            };
            seed.stage(link.id, zero, &[("unmet_prerequisites", 0.into())]).await;
        }
        archive(&seed, &seed.row(links[1].id).await).await;
        seed.must(&AddPrerequisite::new(Ref::Id(links[0].id), Ref::Id(links[2].id))).await;
        let error = seed.must_refuse(&back(&links[1].key)).await;
        let Error::Cycle { path, .. } = error else { panic!("{error}") };
        assert!(links.iter().all(|link| path.contains(&link.key)), "{path:?}");
        let restored = seed.must(&RestoreArchive { leave_out: true, ..back(&links[1].key) }).await;
        assert_eq!(restored.left_out.len(), 1, "{:?}", restored.left_out);
        let left = edges::Entity::find().all(&seed.raw).await.expect("read the edges");
        assert_eq!(left.len(), 2);
        assert!(left.iter().all(|edge| edge.status != TaskPrerequisiteStatus::Satisfied));
    }

    async fn a_parent_that_is_away_is_told(t: TestDb) {
        let seed = t.seed().await;
        let items = seed.add_all(vec![
            NewItem::titled("above"),
            NewItem { parent: Some(callboard_service::item::ItemRef::Index(0)), ..NewItem::titled("below") },
        ]).await;
        archive(&seed, &items[1]).await;
        archive(&seed, &items[0]).await;
        let restored = restore(&seed, &items[1].key).await;
        assert_eq!(restored.item.parent_id, None);
        assert!(restored.loosened[0].contains(&items[0].key), "{:?}", restored.loosened);
    }

    /// The assignee, an agent's session, a person: each is gone while the item is away.
    async fn what_may_be_empty_is_emptied_and_told(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let change = callboard_service::entity::work_items::ActiveModel {
            assignee_type: sea_orm::ActiveValue::Set(Some(callboard_service::entity::WorkItemAssigneeType::User)),
            assignee_id: sea_orm::ActiveValue::Set(Some(Uuid::nil())),
            ..Default::default()
        };
        let after = [("assignee_type", "user".into()), ("assignee_id", Uuid::nil().to_string().into())];
        let row = seed.stage(item.id, change, &after).await;
        archive(&seed, &row).await;
        let restored = restore(&seed, &item.key).await;
        assert_eq!((restored.item.assignee_type, restored.item.assignee_id), (None, None));
        assert!(restored.loosened[0].contains("assignee"), "{:?}", restored.loosened);
    }

    async fn what_was_imported_again_is_refused_by_its_source(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let imported = |id: Uuid| external_refs::ActiveModel {
            id: sea_orm::ActiveValue::Set(Uuid::now_v7()),
            source: sea_orm::ActiveValue::Set("beads".to_owned()),
            source_id: sea_orm::ActiveValue::Set("bd-1".to_owned()),
            entity_type: sea_orm::ActiveValue::Set("work_item".to_owned()),
            entity_id: sea_orm::ActiveValue::Set(id),
            content_sha256: sea_orm::ActiveValue::Set("0".repeat(64)),
            imported_at: sea_orm::ActiveValue::Set(seed.board.now()),
            created_at: sea_orm::ActiveValue::Set(seed.board.now()),
        };
        let insert = |id: Uuid| external_refs::Entity::insert(imported(id)).exec_without_returning(&seed.raw);
        insert(item.id).await.expect("write the reference");
        archive(&seed, &item).await;
        assert_eq!(external_refs::Entity::find().count(&seed.raw).await.expect("count"), 0);
        let other = seed.item().await;
        insert(other.id).await.expect("write the reference");
        let named = misfits(seed.must_refuse(&back(&item.key)).await);
        assert_eq!(named, [format!("'bd-1' of beads was imported again as {}", other.key)]);
    }
}
