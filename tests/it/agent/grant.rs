//! Granting capabilities.

use callboard_service::agent::{ArchiveAgent, GrantCapability};
use callboard_service::entity::{CapabilityLevel, agent_capabilities, agent_profiles};
use callboard_service::{Conflict, Error, Ref};
use sea_orm::EntityTrait;
use support::{Seed, TestDb, both};

fn grant(capability: &str, level: CapabilityLevel, verified: bool) -> GrantCapability {
    GrantCapability { agent: Ref::from("coder"), capability: capability.to_owned(), level, verified }
}

async fn row(seed: &Seed, agent: &agent_profiles::Model, capability: &str) -> agent_capabilities::Model {
    let row = agent_capabilities::Entity::find_by_id((agent.id, capability.to_owned())).one(&seed.raw).await;
    row.expect("read").expect("a grant")
}

both! {
    async fn a_verification_holds_for_its_level(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let steps = [
            (CapabilityLevel::Basic, false, false),
            (CapabilityLevel::Basic, true, true),
            (CapabilityLevel::Basic, false, true),
            (CapabilityLevel::Expert, false, false),
            (CapabilityLevel::Expert, true, true),
            (CapabilityLevel::Proficient, false, false),
        ];
        let mut created = None;
        for (level, verified, holds) in steps {
            let granted = seed.board.run(seed.me, &grant("Rust  Lang", level, verified)).await.expect("grant");
            let row = row(&seed, &agent, "rust-lang").await;
            assert_eq!(row, granted);
            assert_eq!((row.level, row.verified_at.is_some()), (level, holds));
            assert_eq!(*created.get_or_insert(row.created_at), row.created_at);
        }
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.run(seed.me, &grant("rust", CapabilityLevel::Basic, false)).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "agent", .. })), "{error:?}");
        seed.agent("coder").await;
        let error = seed.board.run(seed.me, &grant("a:b", CapabilityLevel::Basic, false)).await;
        assert!(matches!(error, Err(Error::Invalid { field: "capability", .. })), "{error:?}");
        seed.board.run(seed.me, &ArchiveAgent { agent: Ref::from("coder"), reason: None }).await.expect("archive");
        let error = seed.board.run(seed.me, &grant("rust", CapabilityLevel::Basic, false)).await;
        assert!(matches!(error, Err(Error::Conflict(Conflict::Inactive { entity: "agent", .. }))), "{error:?}");
    }
}
