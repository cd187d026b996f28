//! The items that an agent has worked on.

use callboard_service::agent::AgentItems;
use callboard_service::assignment::Fail;
use callboard_service::entity::TaskAssignmentStatus;
use callboard_service::{Actor, Error, Ref};
use support::{TestDb, both};

use super::assignments::claim_many;

fn items() -> AgentItems {
    AgentItems { agent: Ref::from("coder"), after: None, limit: None }
}

both! {
    async fn each_item_comes_once_with_how_it_went(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let me = Actor::agent(agent.id);
        let item = seed.item().await;
        let first = seed.claim(&agent).await;
        let fail = Fail { assignment: first.assignment, reason: "no".to_owned(), permanent: false };
        seed.board.run(me, &fail).await.expect("fail");
        seed.end_backoff(item.id).await;
        let second = seed.claim(&agent).await;
        seed.board.run(me, &super::complete(second.assignment)).await.expect("complete");
        claim_many(&seed, &agent, 1).await;

        let page = seed.board.read(&items()).await.expect("list");
        let rows: Vec<_> =
            page.rows.iter().map(|row| (row.item.key.as_str(), row.assignments, row.last_status)).collect();
        let expected = [("CB-2", 1, TaskAssignmentStatus::Started), ("CB-1", 2, TaskAssignmentStatus::Completed)];
        assert_eq!(rows, expected);
        assert_eq!(page.rows[1].last_assignment, second.assignment);
    }

    async fn pages_hold_every_item_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        claim_many(&seed, &agent, 5).await;
        let mut list = AgentItems { limit: Some(2), ..items() };
        let mut keys = Vec::new();
        loop {
            let page = seed.board.read(&list).await.expect("list");
            keys.extend(page.rows.into_iter().map(|row| row.item.key));
            list.after = page.next;
            if list.after.is_none() {
                break;
            }
        }
        assert_eq!(keys, ["CB-5", "CB-4", "CB-3", "CB-2", "CB-1"]);
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        claim_many(&seed, &agent, 1).await;
        let all = AgentItems { limit: Some(500), ..items() };
        let one = t.statements(&seed.board, &all).await;
        claim_many(&seed, &agent, 199).await;
        assert_eq!(t.statements(&seed.board, &all).await, one);
        assert_eq!(seed.board.read(&all).await.expect("list").rows.len(), 200);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&items()).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "agent", .. })), "{error:?}");
        seed.agent("coder").await;
        let error = seed.board.read(&AgentItems { limit: Some(501), ..items() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
    }
}
