//! Taking archived agents back.

use callboard_service::agent::{ArchiveAgent, EditAgent, RestoreAgent};
use callboard_service::entity::{AgentProfileStatus, CapabilityLevel};
use callboard_service::item::{NewItem, Requirement};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

fn restore() -> RestoreAgent {
    RestoreAgent { agent: Ref::from("coder") }
}

both! {
    async fn a_restored_agent_works_again_with_its_grants(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[("rust", CapabilityLevel::Expert)], None).await;
        let requirements = vec![Requirement { capability: "rust".to_owned(), level: CapabilityLevel::Expert }];
        seed.add(NewItem { requirements, ..NewItem::titled("needs rust") }).await;
        seed.board.run(seed.me, &ArchiveAgent { agent: Ref::from("coder"), reason: None }).await.expect("archive");
        let restored = seed.board.run(seed.me, &restore()).await.expect("restore");
        assert_eq!((restored.already, restored.agent.status), (false, AgentProfileStatus::Active));
        seed.claim(&agent).await;
        assert!(seed.board.run(seed.me, &restore()).await.expect("restore").already);
    }

    async fn an_inactive_agent_is_left_inactive(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let edit = EditAgent { status: Some(AgentProfileStatus::Inactive), ..EditAgent::new("coder") };
        seed.board.run(seed.me, &edit).await.expect("edit");
        let restored = seed.board.run(seed.me, &restore()).await.expect("restore");
        assert_eq!((restored.already, restored.agent.status), (true, AgentProfileStatus::Inactive));
    }

    async fn an_unknown_agent_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.run(seed.me, &restore()).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "agent", .. })), "{error:?}");
    }
}
