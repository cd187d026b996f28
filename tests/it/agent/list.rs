//! Listing agents.

use callboard_service::agent::{ArchiveAgent, EditAgent, ListAgents, RegisterAgent};
use callboard_service::entity::{AgentProfileMode, AgentProfileStatus, CapabilityLevel};
use callboard_service::{Error, Ref};
use support::{Seed, TestDb, both};

use super::assignments::claim_many;

/// `a`: active; `b`: inactive; `c`: archived; `d`: active reviewer.
async fn fill(seed: &Seed) {
    let grant = |level| vec![("rust".to_owned(), level)];
    let agents = [
        RegisterAgent { grants: grant(CapabilityLevel::Basic), ..RegisterAgent::new("a") },
        RegisterAgent { grants: grant(CapabilityLevel::Proficient), ..RegisterAgent::new("b") },
        RegisterAgent { grants: grant(CapabilityLevel::Expert), ..RegisterAgent::new("c") },
        RegisterAgent {
            r#type: "reviewer".to_owned(),
            mode: AgentProfileMode::Review,
            description: Some("Looks at 50% of ÄLL".to_owned()),
            ..RegisterAgent::new("d")
        },
    ];
    for agent in agents {
        seed.board.run(seed.me, &agent).await.expect("register");
    }
    let inactive = EditAgent { status: Some(AgentProfileStatus::Inactive), ..EditAgent::new("b") };
    seed.board.run(seed.me, &inactive).await.expect("edit");
    seed.board.run(seed.me, &ArchiveAgent { agent: Ref::from("c"), reason: None }).await.expect("archive");
}

async fn slugs(seed: &Seed, list: &ListAgents) -> Vec<String> {
    let page = seed.board.read(list).await.expect("list");
    page.rows.into_iter().map(|row| row.agent.slug).collect()
}

both! {
    async fn each_filter_keeps_its_own(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        let all = ListAgents::default;
        let able = |level| Some(("Rust".to_owned(), level));
        let text = |text: &str| ListAgents { text: Some(text.to_owned()), ..all() };
        let cases: [(ListAgents, &[&str]); 11] = [
            (all(), &["a", "b", "d"]),
            (ListAgents { status: vec![AgentProfileStatus::Archived], ..all() }, &["c"]),
            (ListAgents { status: AgentProfileStatus::ALL.to_vec(), ..all() }, &["a", "b", "c", "d"]),
            (ListAgents { r#type: Some("reviewer".to_owned()), ..all() }, &["d"]),
            (ListAgents { mode: Some(AgentProfileMode::Implementation), ..all() }, &["a", "b"]),
            (ListAgents { capability: able(CapabilityLevel::Basic), ..all() }, &["a", "b"]),
            (ListAgents { capability: able(CapabilityLevel::Proficient), ..all() }, &["b"]),
            (ListAgents { capability: able(CapabilityLevel::Expert), ..all() }, &[]),
            (text("LOOKS AT"), &["d"]),
            (text("50%"), &["d"]),
            (text("äll"), &[]),
        ];
        for (list, expected) in cases {
            assert_eq!(slugs(&seed, &list).await, expected, "{list:?}");
        }
    }

    async fn each_agent_comes_with_its_grants_and_load(t: TestDb) {
        let seed = t.seed().await;
        fill(&seed).await;
        let busy = seed.agent("busy").await;
        claim_many(&seed, &busy, 2).await;
        let page = seed.board.read(&ListAgents::default()).await.expect("list");
        let rows: Vec<_> = page
            .rows
            .iter()
            .map(|row| (row.agent.slug.as_str(), row.capabilities.len(), row.open_assignments))
            .collect();
        assert_eq!(rows, [("a", 1, 0), ("b", 1, 0), ("d", 0, 0), ("busy", 0, 2)]);
    }

    async fn pages_hold_every_agent_once_in_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("a0").await;
        let mut list = ListAgents { limit: Some(150), ..ListAgents::default() };
        let one = t.statements(&seed.board, &list).await;
        for n in 1..200 {
            seed.agent(&format!("a{n}")).await;
        }
        assert_eq!(t.statements(&seed.board, &list).await, one);
        let mut found = slugs(&seed, &list).await;
        list.after = seed.board.read(&list).await.expect("list").next;
        found.extend(slugs(&seed, &list).await);
        assert_eq!(found, (0..200).map(|n| format!("a{n}")).collect::<Vec<_>>());
        assert_eq!(seed.board.read(&list).await.expect("list").next, None);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&ListAgents { limit: Some(0), ..ListAgents::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{error:?}");
        let capability = Some((",".to_owned(), CapabilityLevel::Basic));
        let error = seed.board.read(&ListAgents { capability, ..ListAgents::default() }).await;
        assert!(matches!(error, Err(Error::Invalid { field: "capability", .. })), "{error:?}");
    }
}
