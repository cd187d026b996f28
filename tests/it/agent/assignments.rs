//! An agent's assignments.

use callboard_service::agent::AgentAssignments;
use callboard_service::assignment::{Claim, MAX_CLAIM};
use callboard_service::entity::agent_profiles;
use callboard_service::item::NewItem;
use callboard_service::{Actor, Error, Ref};
use support::{Seed, TestDb, both};

/// Lets an agent hold `count` more items.
pub(super) async fn claim_many(seed: &Seed, agent: &agent_profiles::Model, count: usize) {
    seed.add_all((0..count).map(|n| NewItem::titled(format!("item {n}"))).collect()).await;
    let mut left = count;
    while left > 0 {
        let some = left.min(MAX_CLAIM as usize);
        let claim = Claim { count: some as u32, ..Claim::one(Ref::Id(agent.id)) };
        let outcome = seed.board.run(Actor::agent(agent.id), &claim).await.expect("claim");
        left -= outcome.into_claimed().expect("something is ready").len();
    }
}

fn list(open_only: bool) -> AgentAssignments {
    AgentAssignments { agent: Ref::from("coder"), open_only, after: None, limit: None }
}

both! {
    async fn the_newest_come_first_with_their_items(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let other = seed.agent("other").await;
        claim_many(&seed, &agent, 3).await;
        claim_many(&seed, &other, 1).await;
        let all = seed.board.read(&list(false)).await.expect("list");
        let newest = &all.rows[0];
        assert_eq!(seed.assignment(newest.assignment.id).await, newest.assignment);
        assert_eq!(newest.item.id, newest.assignment.work_item_id);
        seed.board.run(Actor::agent(agent.id), &super::complete(newest.assignment.id)).await.expect("complete");

        let ids = |page: &callboard_service::Page<callboard_service::agent::AssignmentOfAgent>| {
            page.rows.iter().map(|row| row.assignment.id).collect::<Vec<_>>()
        };
        let mut sorted = ids(&all);
        sorted.sort();
        sorted.reverse();
        assert_eq!((sorted.len(), &sorted), (3, &ids(&all)));
        assert_eq!(ids(&seed.board.read(&list(true)).await.expect("list")), sorted[1..]);

        let first = seed.board.read(&AgentAssignments { limit: Some(2), ..list(false) }).await.expect("list");
        let last = AgentAssignments { limit: Some(2), after: first.next, ..list(false) };
        let last = seed.board.read(&last).await.expect("list");
        assert_eq!((ids(&first), ids(&last), last.next), (sorted[..2].to_vec(), sorted[2..].to_vec(), None));
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        claim_many(&seed, &agent, 1).await;
        let all = AgentAssignments { limit: Some(500), ..list(true) };
        let one = t.statements(&seed.board, &all).await;
        claim_many(&seed, &agent, 199).await;
        assert_eq!(t.statements(&seed.board, &all).await, one);
        assert_eq!(seed.board.read(&all).await.expect("list").rows.len(), 200);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&list(false)).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "agent", .. })), "{error:?}");
        seed.agent("coder").await;
        let error = seed.board.read(&AgentAssignments { limit: Some(0), ..list(false) }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
    }
}
