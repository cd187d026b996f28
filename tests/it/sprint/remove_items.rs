//! Taking items out of a sprint.

use callboard_service::entity::SprintStatus;
use callboard_service::item::NewItem;
use callboard_service::sprint::{EditSprint, RemoveSprintItems};
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};

use super::{dense, order, plan, sprint};

fn remove(keys: &[&str]) -> RemoveSprintItems {
    let plan = plan(keys);
    RemoveSprintItems { project: None, sprint: plan.sprint, items: plan.items }
}

both! {
    async fn the_others_close_up(t: TestDb) {
        let seed = t.seed().await;
        let items = seed.add_all((0..7).map(|_| NewItem::titled("x")).collect()).await;
        let one = sprint(&seed, "1").await;
        seed.board.run(seed.me, &plan(&["CB-1", "CB-2", "CB-3", "CB-4", "CB-5", "CB-6"])).await.expect("plan");
        let removed = seed.board.run(seed.me, &remove(&["CB-5", "CB-1", "CB-4", "CB-7"])).await.expect("remove");
        let expected: Vec<String> = ["CB-5", "CB-1", "CB-4"].map(str::to_owned).to_vec();
        assert_eq!((removed.changed, removed.already, removed.total), (expected, vec!["CB-7".to_owned()], 3));
        assert_eq!(order(&seed, &one).await, dense(&["CB-2", "CB-3", "CB-6"]));
        assert_eq!(seed.kinds(items[0].id).await, ["created", "sprint_added", "sprint_removed"]);
        assert_eq!(seed.kinds(items[6].id).await, ["created"]);
        let all = seed.board.run(seed.me, &remove(&["CB-2", "CB-3", "CB-6"])).await.expect("remove");
        assert_eq!((all.total, order(&seed, &one).await), (0, Vec::new()));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.item().await;
        let error = seed.board.run(seed.me, &remove(&["CB-1"])).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "sprint", .. })), "{error:?}");
        let one = sprint(&seed, "1").await;
        seed.board.run(seed.me, &plan(&["CB-1"])).await.expect("plan");
        let error = seed.board.run(seed.me, &remove(&["CB-1", "CB-2"])).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "item", .. })), "{error:?}");
        for status in [SprintStatus::Active, SprintStatus::Completed] {
            let edit = EditSprint { status: Some(status), ..EditSprint::new(Ref::Id(one.id)) };
            seed.board.run(seed.me, &edit).await.expect("edit");
        }
        let error = seed.board.run(seed.me, &remove(&["CB-1"])).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "sprint", .. }))), "{error:?}");
        assert_eq!(order(&seed, &one).await, dense(&["CB-1"]));
    }
}
