//! Showing a sprint.

use callboard_service::entity::{WorkItemDelegationStatus, WorkItemStatus};
use callboard_service::item::{Assignee, NewItem};
use callboard_service::sprint::ShowSprint;
use callboard_service::{Error, Ref};
use sea_orm::prelude::Decimal;
use support::{TestDb, both};

use super::{plan, sprint};

fn show() -> ShowSprint {
    ShowSprint { project: Some(Ref::from("demo")), sprint: Ref::from("1") }
}

both! {
    async fn the_items_come_in_order_with_who_has_them(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let kim = Some(Assignee::User(Ref::from("kim")));
        seed.add(NewItem { estimated_hours: Some(Decimal::new(150, 2)), ..NewItem::titled("first") }).await;
        seed.add(NewItem { assignee: kim, ..NewItem::titled("second") }).await;
        seed.add(NewItem::titled("third")).await;
        let one = sprint(&seed, "1").await;
        seed.board.run(seed.me, &plan(&["CB-3", "CB-2", "CB-1"])).await.expect("plan");
        seed.claim(&agent).await;

        let found = seed.board.read(&show()).await.expect("show");
        assert_eq!(found.sprint, one);
        let items: Vec<_> = found
            .items
            .iter()
            .map(|item| (item.position, item.item.key.as_str(), item.assignee.as_deref(), item.item.status))
            .collect();
        let expected = [
            (1, "CB-3", None, WorkItemStatus::Todo),
            (2, "CB-2", Some("user:kim"), WorkItemStatus::Todo),
            (3, "CB-1", Some("agent:coder"), WorkItemStatus::InProgress),
        ];
        assert_eq!(items, expected);
        assert_eq!(found.items[2].estimated_hours, Some(Decimal::new(15, 1)));
        assert_eq!((found.counts.total, found.counts.by_status[&WorkItemStatus::Todo]), (3, 2));
        assert_eq!(found.counts.by_delegation[&WorkItemDelegationStatus::InProgress], 1);
        assert_eq!(found.counts.by_delegation[&WorkItemDelegationStatus::Unassigned], 2);
        assert_eq!(found.counts.by_status[&WorkItemStatus::Done], 0);
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        super::load::assigned(&seed, 1).await;
        sprint(&seed, "1").await;
        super::load::plan_all(&seed, 1).await;
        let one = t.statements(&seed.board, &show()).await;
        super::load::assigned(&seed, 199).await;
        super::load::plan_all(&seed, 200).await;
        assert_eq!(t.statements(&seed.board, &show()).await, one);
        assert_eq!(seed.board.read(&show()).await.expect("show").items.len(), 200);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&show()).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "sprint", .. })), "{error:?}");
        let error = seed.board.read(&ShowSprint { project: Some(Ref::from("dmeo")), ..show() }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "project", .. })), "{error:?}");
    }
}
