//! Deleting items to which nothing has happened yet.

use callboard_service::assignment::Cancel;
use callboard_service::entity::{
    external_refs, task_prerequisites, work_item_events, work_item_requirements, work_items,
};
use callboard_service::item::{CommentOnItem, DeleteItem, ItemRef, NewItem};
use callboard_service::message::SendMessage;
use callboard_service::session::StartSession;
use callboard_service::{ErrorKind, Ref};
use sea_orm::{EntityTrait, PaginatorTrait};
use support::{Seed, TestDb, both, workflow_rows};

async fn rows(seed: &Seed) -> [u64; 5] {
    [
        work_items::Entity::find().count(&seed.raw).await.expect("count"),
        work_item_events::Entity::find().count(&seed.raw).await.expect("count"),
        work_item_requirements::Entity::find().count(&seed.raw).await.expect("count"),
        task_prerequisites::Entity::find().count(&seed.raw).await.expect("count"),
        external_refs::Entity::find().count(&seed.raw).await.expect("count"),
    ]
}

both! {
    async fn a_mistake_leaves_nothing(t: TestDb) {
        let seed = t.seed().await;
        let other = seed.item().await;
        let before = rows(&seed).await;
        let mistake = NewItem {
            requirements: vec![("rust".to_owned(), callboard_service::entity::CapabilityLevel::Basic).into()],
            prerequisites: vec![ItemRef::Existing(Ref::Id(other.id))],
            ..NewItem::titled("mistake")
        };
        let mistake = seed.add(mistake).await;
        super::show::external(&seed, mistake.id, "bd-7").await;
        assert_ne!(rows(&seed).await, before);
        let deleted = seed.run(DeleteItem { item: "CB-2".into() }).await;
        assert_eq!(deleted, mistake);
        assert_eq!(rows(&seed).await, before);
        assert_eq!(seed.refused(DeleteItem { item: "CB-2".into() }).await.0, ErrorKind::NotFound);
        assert_eq!(seed.item().await.key, "CB-3", "a number is never given twice");
    }

    async fn whatever_happened_keeps_it(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.item().await;
        let claimed = seed.claim(&agent).await;
        seed.run(Cancel { assignment: claimed.assignment, reason: "x".to_owned() }).await;
        let (commented, parent, waited) = (seed.item().await, seed.item().await, seed.item().await);
        seed.run(CommentOnItem { item: commented.id.into(), text: "hm".to_owned() }).await;
        let below = NewItem {
            parent: Some(ItemRef::Existing(parent.id.into())),
            prerequisites: vec![ItemRef::Existing(waited.id.into())],
            ..NewItem::titled("below")
        };
        seed.add(below).await;
        let awaited = seed.item().await;
        workflow_rows::write_all(&seed.raw, seed.project.id, agent.id, awaited.id, seed.user.id).await;
        let (worked, about) = (seed.item().await, seed.item().await);
        seed.must(&StartSession { item: Some(worked.id.into()), ..StartSession::default() }).await;
        let send = SendMessage { item: Some(about.id.into()), text: "look".to_owned(), ..SendMessage::default() };
        seed.must(&send).await;
        let before = rows(&seed).await;
        for (item, because) in [
            (&held, "2 things happened to it, 1 assignments were made of it"),
            (&commented, "1 things happened to it"),
            (&parent, "1 items are its children"),
            (&waited, "1 items name it as a prerequisite"),
            (&awaited, "2 steps of workflows made it"),
            (&worked, "1 times a session worked on it or noted it"),
            (&about, "1 messages are about it"),
        ] {
            let (kind, text) = seed.refused(DeleteItem { item: item.id.into() }).await;
            assert_eq!(kind, ErrorKind::Conflict);
            assert_eq!(text, format!("deleting {} cannot be done: {because}", item.key));
        }
        assert_eq!(rows(&seed).await, before);
    }
}
