//! Moving items inside a sprint.

use callboard_service::entity::SprintStatus;
use callboard_service::item::NewItem;
use callboard_service::sprint::{EditSprint, MoveSprintItem};
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{dense, order, plan, sprint};

fn go(key: &str, position: i64) -> MoveSprintItem {
    MoveSprintItem { project: None, sprint: Ref::from("1"), item: Ref::from(key), position }
}

both! {
    /// Every move from every place to every place, against a list.
    async fn every_move_keeps_the_order_dense(t: TestDb) {
        let seed = t.seed().await;
        let keys = ["CB-1", "CB-2", "CB-3", "CB-4"];
        let items = seed.add_all(keys.map(NewItem::titled).to_vec()).await;
        let one = sprint(&seed, "1").await;
        seed.board.run(seed.me, &plan(&keys)).await.expect("plan");
        let before = seed.row(items[0].id).await;
        let mut model = keys.to_vec();
        for from in 0..4 {
            for to in 0..4 {
                let key = model.remove(from);
                model.insert(to, key);
                let row = seed.board.run(seed.me, &go(key, to as i64 + 1)).await.expect("move");
                assert_eq!(row.position, to as i64 + 1);
                assert_eq!(order(&seed, &one).await, dense(&model), "{from} to {to}");
            }
        }
        assert_eq!(seed.row(items[0].id).await, before, "the plan's order is not the item's");
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        seed.item().await;
        let one = sprint(&seed, "1").await;
        seed.board.run(seed.me, &plan(&["CB-1"])).await.expect("plan");
        for position in [-1, 0, 2] {
            let error = seed.board.run(seed.me, &go("CB-1", position)).await;
            assert!(matches!(error, Err(Error::Invalid { field: "position", .. })), "{error:?}");
        }
        for (key, expected) in [("CB-2", "item in this sprint"), ("CB-3", "item")] {
            let error = seed.board.run(seed.me, &go(key, 1)).await;
            assert!(matches!(&error, Err(Error::NotFound { entity, .. }) if *entity == expected), "{error:?}");
        }
        for status in [SprintStatus::Active, SprintStatus::Completed] {
            let edit = EditSprint { status: Some(status), ..EditSprint::new(Ref::Id(one.id)) };
            seed.board.run(seed.me, &edit).await.expect("edit");
        }
        let error = seed.board.run(seed.me, &go("CB-1", 1)).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "sprint", .. }))), "{error:?}");
    }
}
