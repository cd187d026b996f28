//! Planning items into a sprint.

use callboard_service::entity::SprintStatus;
use callboard_service::item::{ArchiveItem, NewItem};
use callboard_service::sprint::{AddSprintItems, EditSprint};
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{dense, order, plan, sprint};

both! {
    async fn items_go_to_the_end_or_where_they_are_put(t: TestDb) {
        let seed = t.seed().await;
        seed.add_all((0..6).map(|_| NewItem::titled("x")).collect()).await;
        let one = sprint(&seed, "1").await;
        let first = seed.board.run(seed.me, &plan(&["CB-2", "cb-1"])).await.expect("plan");
        assert_eq!((first.changed.as_slice(), first.total), (["CB-2".to_owned(), "CB-1".to_owned()].as_slice(), 2));
        seed.board.run(seed.me, &plan(&["CB-3"])).await.expect("plan");
        let put = AddSprintItems { position: Some(2), ..plan(&["CB-4", "CB-5"]) };
        seed.board.run(seed.me, &put).await.expect("plan");
        assert_eq!(order(&seed, &one).await, dense(&["CB-2", "CB-4", "CB-5", "CB-1", "CB-3"]));

        let again = seed.board.run(seed.me, &plan(&["CB-5", "CB-6", "CB-6"])).await.expect("plan");
        assert_eq!((again.changed, again.already, again.total), (vec!["CB-6".into()], vec!["CB-5".into(), "CB-6".into()], 6));
        assert_eq!(order(&seed, &one).await, dense(&["CB-2", "CB-4", "CB-5", "CB-1", "CB-3", "CB-6"]));
    }

    async fn each_has_a_ledger_row(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let one = sprint(&seed, "1").await;
        for _ in 0..2 {
            seed.board.run(seed.me, &plan(&["CB-1"])).await.expect("plan");
        }
        let events = seed.events(item.id).await;
        assert_eq!(events.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(), ["created", "sprint_added"]);
        let data = events[1].data.as_ref().expect("data");
        assert_eq!((&data["sprint"], &data["sprint_id"]), (&"SPRINT-1".into(), &one.id.to_string().into()));
        assert_eq!(events[1].actor_id, Some(seed.user.id));
        assert_eq!(seed.row(item.id).await.revision, item.revision + 1);
    }

    async fn a_refusal_adds_none(t: TestDb) {
        let seed = t.seed().await;
        let items = seed.add_all((0..3).map(|_| NewItem::titled("x")).collect()).await;
        let one = sprint(&seed, "1").await;
        seed.board.run(seed.me, &crate::project::project("other", "OT")).await.expect("add");
        seed.add_all_in("other", vec![NewItem::titled("foreign")]).await;
        seed.board.run(seed.me, &ArchiveItem { item: Ref::Id(items[2].id), reason: None }).await.expect("archive");
        let error = seed.board.run(seed.me, &plan(&["CB-1", "OT-1"])).await;
        assert!(matches!(error, Err(Error::Invalid { field: "item", .. })), "{error:?}");
        let error = seed.board.run(seed.me, &plan(&["CB-1", "CB-3"])).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "item", .. }))), "{error:?}");
        let error = seed.board.run(seed.me, &plan(&["CB-1", "CB-9"])).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "item", .. })), "{error:?}");
        for position in [0, 2] {
            let error = seed.board.run(seed.me, &AddSprintItems { position: Some(position), ..plan(&["CB-1"]) }).await;
            assert!(matches!(error, Err(Error::Invalid { field: "position", .. })), "{error:?}");
        }
        let error = seed.board.run(seed.me, &AddSprintItems { sprint: Ref::from("7"), ..plan(&["CB-1"]) }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "sprint", .. })), "{error:?}");
        for status in [SprintStatus::Active, SprintStatus::Completed] {
            let edit = EditSprint { status: Some(status), ..EditSprint::new("1") };
            seed.board.run(seed.me, &edit).await.expect("edit");
        }
        let error = seed.board.run(seed.me, &plan(&["CB-1"])).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "sprint", .. }))), "{error:?}");
        assert!(order(&seed, &one).await.is_empty());
        assert_eq!(seed.row(items[0].id).await, items[0]);
    }
}
