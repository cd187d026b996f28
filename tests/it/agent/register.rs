//! Registering agents.

use callboard_service::agent::{ArchiveAgent, RegisterAgent};
use callboard_service::entity::{
    AgentProfileMode, AgentProfileStatus, CapabilityLevel, agent_capabilities, agent_profiles,
};
use callboard_service::{Conflict, Error, Ref};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use support::{Seed, TestDb, both};
use uuid::Uuid;

async fn granted(seed: &Seed, agent: Uuid) -> Vec<(String, CapabilityLevel)> {
    let query = agent_capabilities::Entity::find().filter(agent_capabilities::Column::AgentId.eq(agent));
    let rows = query.all(&seed.raw).await.expect("read the grants");
    let mut rows: Vec<_> = rows.into_iter().map(|row| (row.capability, row.level)).collect();
    rows.sort();
    rows
}

both! {
    async fn a_profile_is_stored_whole(t: TestDb) {
        let seed = t.seed().await;
        let register = RegisterAgent {
            name: Some("Bäckend ✓".to_owned()),
            r#type: "backend-engineer".to_owned(),
            mode: AgentProfileMode::Review,
            description: Some("Writes\nand reads".to_owned()),
            constraints: Some(json!({"no_push": true})),
            tools: vec!["Bash".to_owned(), "bash".to_owned(), "web search".to_owned()],
            metadata: Some(json!({"seat": 7})),
            max_open_assignments: Some(3),
            ..RegisterAgent::new("backend-1")
        };
        let agent = seed.board.run(seed.me, &register).await.expect("register");
        let row = agent_profiles::Entity::find_by_id(agent.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row, agent);
        assert_eq!((row.slug.as_str(), row.name.as_str()), ("backend-1", "Bäckend ✓"));
        assert_eq!((row.mode, row.status), (AgentProfileMode::Review, AgentProfileStatus::Active));
        assert_eq!(row.tools, Some(json!(["bash", "web-search"])));
        assert_eq!(row.constraints, Some(json!({"no_push": true})));
        assert_eq!((row.capabilities, row.max_open_assignments), (None, Some(3)));
        assert_eq!(granted(&seed, agent.id).await, []);
    }

    async fn what_is_declared_is_granted_at_basic_unless_a_grant_is_higher(t: TestDb) {
        let seed = t.seed().await;
        let grant = |name: &str, level| (name.to_owned(), level);
        let register = RegisterAgent {
            capabilities: ["Rust", "code  review", "rust"].map(str::to_owned).to_vec(),
            grants: vec![
                grant("RUST", CapabilityLevel::Expert),
                grant("rust", CapabilityLevel::Proficient),
                grant("sql", CapabilityLevel::Proficient),
            ],
            ..RegisterAgent::new("coder")
        };
        let agent = seed.board.run(seed.me, &register).await.expect("register");
        assert_eq!(agent.capabilities, Some(json!(["rust", "code-review"])));
        let expected = [
            grant("code-review", CapabilityLevel::Basic),
            grant("rust", CapabilityLevel::Expert),
            grant("sql", CapabilityLevel::Proficient),
        ];
        assert_eq!(granted(&seed, agent.id).await, expected);
    }

    async fn a_slug_is_taken_once_also_by_an_archived_agent(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let error = seed.board.run(seed.me, &RegisterAgent::new("coder")).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Exists { entity: "agent", .. }))), "{error:?}");
        let archive = ArchiveAgent { agent: Ref::from("coder"), reason: None };
        seed.board.run(seed.me, &archive).await.expect("archive");
        let error = seed.board.run(seed.me, &RegisterAgent::new("coder")).await.expect_err("taken");
        assert!(error.to_string().contains("agent 'coder' is archived"), "{error}");
        assert!(matches!(error, Error::Conflict(Conflict::Inactive { entity: "agent", .. })), "{error:?}");
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let long = "a".repeat(65);
        let id = "0".repeat(32);
        for slug in ["", "Coder", "a b", "-a", "a-", "a--b", "ä", "a_b", "a\n", &long, &id] {
            let error = seed.board.run(seed.me, &RegisterAgent::new(slug)).await;
            assert!(matches!(error, Err(Error::Invalid { field: "slug", .. })), "{slug:?}: {error:?}");
        }
        let new = || RegisterAgent::new("coder");
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let bad = [
            (RegisterAgent { name: Some("a\u{7}b".to_owned()), ..new() }, "name"),
            (RegisterAgent { r#type: "Back End".to_owned(), ..new() }, "type"),
            (RegisterAgent { capabilities: names(&["a:b"]), ..new() }, "capability"),
            (RegisterAgent { capabilities: names(&[""]), ..new() }, "capability"),
            (RegisterAgent { grants: vec![("a,b".to_owned(), CapabilityLevel::Basic)], ..new() }, "capability"),
            (RegisterAgent { tools: names(&["a\"b"]), ..new() }, "tool"),
            (RegisterAgent { constraints: Some(json!([1])), ..new() }, "constraints"),
            (RegisterAgent { metadata: Some(json!({"a": "\0"})), ..new() }, "metadata"),
            (RegisterAgent { max_open_assignments: Some(0), ..new() }, "max_open_assignments"),
            (RegisterAgent { description: Some("\u{1b}[31m".to_owned()), ..new() }, "description"),
        ];
        for (register, expected) in bad {
            let error = seed.board.run(seed.me, &register).await;
            assert!(matches!(&error, Err(Error::Invalid { field, .. }) if *field == expected), "{expected}: {error:?}");
        }
        assert!(agent_profiles::Entity::find().all(&seed.raw).await.expect("read").is_empty());
    }
}
