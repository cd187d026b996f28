//! Revoking capabilities.

use callboard_service::agent::RevokeCapability;
use callboard_service::entity::{CapabilityLevel, agent_capabilities};
use callboard_service::item::{NewItem, Requirement};
use callboard_service::{Error, ErrorKind, Ref};
use sea_orm::EntityTrait;
use support::{TestDb, both};

fn revoke(capability: &str) -> RevokeCapability {
    RevokeCapability { agent: Ref::from("coder"), capability: capability.to_owned() }
}

both! {
    async fn what_is_revoked_no_longer_counts(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[("rust", CapabilityLevel::Expert)], None).await;
        let requirements = vec![Requirement { capability: "rust".to_owned(), level: CapabilityLevel::Basic }];
        for _ in 0..2 {
            seed.add(NewItem { requirements: requirements.clone(), ..NewItem::titled("needs rust") }).await;
        }
        seed.claim(&agent).await;
        let was = seed.board.run(seed.me, &revoke(" RUST ")).await.expect("revoke");
        assert_eq!((was.capability.as_str(), was.level), ("rust", CapabilityLevel::Expert));
        assert!(agent_capabilities::Entity::find().all(&seed.raw).await.expect("read").is_empty());
        let error = seed.try_claim(&agent).await.expect_err("not able any more");
        assert_eq!(error.kind(), ErrorKind::NothingReady);
    }

    async fn what_is_not_granted_is_named_with_near_ones(t: TestDb) {
        let seed = t.seed().await;
        seed.agent_with("coder", &[("rust", CapabilityLevel::Basic), ("sql", CapabilityLevel::Basic)], None).await;
        match seed.board.run(seed.me, &revoke("rusd")).await.expect_err("not granted") {
            Error::NotFound { entity: "granted capability", near, .. } => assert_eq!(near, ["rust"]),
            other => panic!("{other:?}"),
        }
        let unknown = RevokeCapability { agent: Ref::from("codre"), capability: "rust".to_owned() };
        match seed.board.run(seed.me, &unknown).await.expect_err("no such agent") {
            Error::NotFound { entity: "agent", near, .. } => assert_eq!(near, ["coder"]),
            other => panic!("{other:?}"),
        }
    }
}
