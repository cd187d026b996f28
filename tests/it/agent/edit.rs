//! Editing agents.

use callboard_service::agent::{ArchiveAgent, EditAgent, ShowAgent};
use callboard_service::entity::{AgentProfileMode, AgentProfileStatus, CapabilityLevel, agent_profiles};
use callboard_service::{Change, Conflict, Error, ErrorKind, Ref};
use sea_orm::EntityTrait;
use serde_json::json;
use support::{TestDb, both};

both! {
    async fn every_field_can_be_changed_and_nothing_else_is(t: TestDb) {
        let seed = t.seed().await;
        let before = seed.agent_with("coder", &[("rust", CapabilityLevel::Expert)], Some(2)).await;
        let edit = EditAgent {
            slug: Some("writer".to_owned()),
            name: Some("Writer".to_owned()),
            r#type: Some("documenter".to_owned()),
            mode: Some(AgentProfileMode::Enablement),
            description: Change::Set("Writes".to_owned()),
            capabilities: Some(vec!["rust".to_owned(), "Docs".to_owned()]),
            constraints: Change::Set(json!({"a": 1})),
            tools: Some(vec!["pandoc".to_owned()]),
            metadata: Change::Set(json!({"b": 2})),
            status: Some(AgentProfileStatus::Inactive),
            max_open_assignments: Change::Clear,
            ..EditAgent::new("coder")
        };
        let after = seed.board.run(seed.me, &edit).await.expect("edit");
        let row = agent_profiles::Entity::find_by_id(before.id).one(&seed.raw).await.expect("read").expect("a row");
        assert_eq!(row, after);
        let expected = agent_profiles::Model {
            slug: "writer".to_owned(),
            name: "Writer".to_owned(),
            r#type: "documenter".to_owned(),
            mode: AgentProfileMode::Enablement,
            description: Some("Writes".to_owned()),
            capabilities: Some(json!(["rust", "docs"])),
            constraints: Some(json!({"a": 1})),
            tools: Some(json!(["pandoc"])),
            metadata: Some(json!({"b": 2})),
            status: AgentProfileStatus::Inactive,
            max_open_assignments: None,
            updated_at: row.updated_at,
            ..before.clone()
        };
        assert_eq!(row, expected);
        assert!(row.updated_at > before.updated_at);

        let shown = seed.board.read(&ShowAgent { agent: Ref::from("writer") }).await.expect("show");
        let grants: Vec<_> = shown.capabilities.iter().map(|g| (g.capability.as_str(), g.level)).collect();
        assert_eq!(grants, [("docs", CapabilityLevel::Basic), ("rust", CapabilityLevel::Expert)]);

        let same = seed.board.run(seed.me, &EditAgent::new("writer")).await.expect("nothing to do");
        assert_eq!(same, row);
    }

    async fn an_inactive_agent_gets_nothing_and_keeps_what_it_holds(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        seed.item().await;
        let held = seed.claim(&agent).await;
        let edit = EditAgent { status: Some(AgentProfileStatus::Inactive), ..EditAgent::new("coder") };
        seed.board.run(seed.me, &edit).await.expect("edit");
        let error = seed.try_claim(&agent).await.expect_err("inactive");
        assert!(matches!(error.kind(), ErrorKind::NothingReady | ErrorKind::Conflict), "{error:?}");
        assert_eq!(seed.assignment(held.assignment).await.completed_at, None);
        let edit = EditAgent { status: Some(AgentProfileStatus::Active), ..EditAgent::new("coder") };
        seed.board.run(seed.me, &edit).await.expect("edit");
        seed.claim(&agent).await;
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        seed.agent("other").await;
        let new = || EditAgent::new("coder");
        let error = seed.board.run(seed.me, &EditAgent { slug: Some("other".to_owned()), ..new() }).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Exists { entity: "agent", .. }))), "{error:?}");
        let bad = [
            (EditAgent { slug: Some("Other One".to_owned()), ..new() }, "slug"),
            (EditAgent { name: Some(String::new()), ..new() }, "name"),
            (EditAgent { r#type: Some("A".to_owned()), ..new() }, "type"),
            (EditAgent { capabilities: Some(vec!["a:b".to_owned()]), ..new() }, "capability"),
            (EditAgent { constraints: Change::Set(json!(7)), ..new() }, "constraints"),
            (EditAgent { max_open_assignments: Change::Set(-1), ..new() }, "max_open_assignments"),
            (EditAgent { status: Some(AgentProfileStatus::Archived), ..new() }, "status"),
        ];
        for (edit, expected) in bad {
            let error = seed.board.run(seed.me, &edit).await;
            assert!(matches!(&error, Err(Error::Invalid { field, .. }) if *field == expected), "{expected}: {error:?}");
        }
        let error = seed.board.run(seed.me, &EditAgent::new("nobody")).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "agent", .. })), "{error:?}");
        seed.board.run(seed.me, &ArchiveAgent { agent: Ref::from("coder"), reason: None }).await.expect("archive");
        let error = seed.board.run(seed.me, &EditAgent { name: Some("x".to_owned()), ..new() }).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "agent", .. }))), "{error:?}");
    }
}
