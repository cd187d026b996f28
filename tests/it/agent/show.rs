//! Showing an agent.

use callboard_service::agent::ShowAgent;
use callboard_service::entity::{CapabilityLevel, TaskAssignmentStatus};
use callboard_service::{Actor, Error, Ref};
use support::{TestDb, both};

fn show(agent: &str) -> ShowAgent {
    ShowAgent { agent: Ref::from(agent) }
}

both! {
    async fn an_agent_is_shown_with_what_it_can_and_holds(t: TestDb) {
        let seed = t.seed().await;
        let grants = [("sql", CapabilityLevel::Basic), ("rust", CapabilityLevel::Expert)];
        let agent = seed.agent_with("coder", &grants, None).await;
        let other = seed.agent("other").await;
        for _ in 0..4 {
            seed.item().await;
        }
        let done = seed.claim(&agent).await;
        seed.board.run(Actor::agent(agent.id), &super::complete(done.assignment)).await.expect("complete");
        let held = seed.claim(&agent).await;
        seed.claim(&other).await;

        let found = seed.board.read(&show("coder")).await.expect("show");
        assert_eq!(found.agent, agent);
        let names: Vec<&str> = found.capabilities.iter().map(|grant| grant.capability.as_str()).collect();
        assert_eq!(names, ["rust", "sql"]);
        assert_eq!(found.assignments.len(), TaskAssignmentStatus::ALL.len());
        let count = |status| found.assignments[&status];
        assert_eq!((count(TaskAssignmentStatus::Started), count(TaskAssignmentStatus::Completed)), (1, 1));
        let open: Vec<_> = found.open.iter().map(|a| (a.assignment.id, a.item.key.as_str())).collect();
        assert_eq!(open, [(held.assignment, "CB-2")]);
        let items: Vec<_> = found.items.iter().map(|i| (i.item.key.as_str(), i.last_status)).collect();
        assert_eq!(items, [("CB-2", TaskAssignmentStatus::Started), ("CB-1", TaskAssignmentStatus::Completed)]);
    }

    async fn the_statements_do_not_grow(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        seed.claim(&agent).await;
        let one = t.statements(&seed.board, &show("coder")).await;
        super::assignments::claim_many(&seed, &agent, 199).await;
        assert_eq!(t.statements(&seed.board, &show("coder")).await, one);
        assert_eq!(seed.board.read(&show("coder")).await.expect("show").open.len(), 200);
    }

    async fn an_unknown_agent_is_named_with_near_ones(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("backend-engineer").await;
        match seed.board.read(&show("backend-enginere")).await.expect_err("not there") {
            Error::NotFound { entity: "agent", near, .. } => assert_eq!(near, ["backend-engineer"]),
            other => panic!("{other:?}"),
        }
    }
}
