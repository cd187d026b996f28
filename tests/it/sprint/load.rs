//! A sprint's load.

use callboard_service::assignment::{Claim, Complete};
use callboard_service::item::{Assignee, CancelItem, NewItem};
use callboard_service::sprint::{AddSprintItems, Load, LoadOfSprint};
use callboard_service::{Actor, Error, Ref};
use sea_orm::prelude::Decimal;
use support::{Seed, TestDb, both};

use super::{plan, sprint};

fn load() -> LoadOfSprint {
    LoadOfSprint { project: None, sprint: Ref::from("1") }
}

/// More items, each set aside for an agent of its own.
pub(super) async fn assigned(seed: &Seed, count: usize) {
    for _ in 0..count {
        let slug = format!("agent-{}", uuid::Uuid::now_v7().simple());
        seed.agent(&slug).await;
        let assignee = Some(Assignee::Agent(Ref::from(slug)));
        seed.add(NewItem { assignee, ..NewItem::titled("x") }).await;
    }
}

/// Plans the first items of the project into `SPRINT-1`.
pub(super) async fn plan_all(seed: &Seed, count: usize) {
    let items = (1..=count).map(|n| Ref::from(format!("CB-{n}"))).collect();
    seed.board.run(seed.me, &AddSprintItems { items, ..plan(&[]) }).await.expect("plan");
}

fn hours(hours: i64) -> Option<Decimal> {
    Some(Decimal::from(hours))
}

both! {
    async fn the_work_of_each_is_added_up(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let me = Actor::agent(agent.id);
        let new = |estimated_hours| NewItem { estimated_hours, ..NewItem::titled("x") };
        let own = |estimated_hours| NewItem { assignee: Some(Assignee::Agent(Ref::from("coder"))), ..new(estimated_hours) };
        // Done, held, waiting and unestimated by the agent; one of kim's; one of nobody's; one cancelled.
        let kim = NewItem { assignee: Some(Assignee::User(Ref::from("kim"))), ..new(hours(7)) };
        let items = vec![own(hours(1)), own(hours(2)), own(hours(4)), own(None), kim, new(hours(8)), new(hours(16))];
        let items = seed.add_all(items).await;
        sprint(&seed, "1").await;
        plan_all(&seed, 7).await;
        let claim = |n: usize| Claim { item: Some(Ref::Id(items[n].id)), ..Claim::one(Ref::Id(agent.id)) };
        let done = seed.board.run(me, &claim(0)).await.expect("claim").into_claimed().expect("claimed").remove(0);
        let complete = Complete { assignment: done.assignment, actual_hours: hours(3), ..Complete::default() };
        seed.board.run(me, &complete).await.expect("complete");
        seed.board.run(me, &claim(1)).await.expect("claim").into_claimed().expect("claimed");
        seed.board.run(seed.me, &CancelItem::new(Ref::Id(items[6].id))).await.expect("cancel");

        let found = seed.board.read(&load()).await.expect("load");
        let coder = Load {
            assignee: Some("agent:coder".to_owned()),
            items: 4,
            waiting: 2,
            in_progress: 1,
            done: 1,
            cancelled: 0,
            estimated_hours: Decimal::from(7),
            remaining_hours: Decimal::from(6),
            actual_hours: Decimal::from(3),
            unestimated: 1,
        };
        let kim = Load {
            assignee: Some("user:kim".to_owned()),
            items: 1,
            waiting: 1,
            estimated_hours: Decimal::from(7),
            remaining_hours: Decimal::from(7),
            ..Load::default()
        };
        let nobody = Load {
            items: 2,
            waiting: 1,
            cancelled: 1,
            estimated_hours: Decimal::from(8),
            remaining_hours: Decimal::from(8),
            ..Load::default()
        };
        assert_eq!(found.load, [coder, kim, nobody]);
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        assigned(&seed, 1).await;
        sprint(&seed, "1").await;
        plan_all(&seed, 1).await;
        let one = t.statements(&seed.board, &load()).await;
        assigned(&seed, 199).await;
        plan_all(&seed, 200).await;
        assert_eq!(t.statements(&seed.board, &load()).await, one);
        assert_eq!(seed.board.read(&load()).await.expect("load").load.len(), 200);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&load()).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "sprint", .. })), "{error:?}");
    }
}
