//! Preparing a stream.

use callboard_service::entity::{CapabilityLevel, WorkStreamType};
use callboard_service::item::{NewItem, Requirement};
use callboard_service::stream::{CreateStream, PrepareStream, ReadyState, guidance};
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{fill, filled, new};

fn ask(budget: Option<u64>) -> PrepareStream {
    PrepareStream { project: None, stream: Ref::from("s"), budget }
}

both! {
    async fn all_that_is_needed_to_begin(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&CreateStream { stream_type: WorkStreamType::Testing, guidance: vec!["own".to_owned()], ..new("s") }).await;
        let worker = seed.agent("worker").await;
        seed.agent_with("expert", &[("rust", CapabilityLevel::Expert)], None).await;
        seed.agent_with("fit", &[("rust", CapabilityLevel::Basic)], None).await;
        let need = Requirement { capability: "rust".to_owned(), level: CapabilityLevel::Basic };
        let items = seed
            .add_all(vec![NewItem { requirements: vec![need], ..NewItem::titled("asks") }, NewItem::titled("free"), NewItem::titled("held")])
            .await;
        seed.must(&fill("s", &[items[2].id, items[0].id, items[1].id])).await;
        let claim = callboard_service::assignment::Claim { item: Some(Ref::Id(items[2].id)), ..callboard_service::assignment::Claim::one("worker") };
        seed.by(&worker, &claim).await.expect("claim");
        let before = seed.snapshot().await;
        let found = seed.board.read(&ask(None)).await.expect("prepare");
        seed.assert_unchanged(&before, "preparing").await;
        assert!(found.readiness.ready && found.left_out == 0, "{:?}", found.readiness);
        assert_eq!(found.guidance.len(), guidance::by_type(WorkStreamType::Testing).len() + 1);
        let keys: Vec<_> = found.items.iter().map(|i| (i.position, i.key.as_str(), i.state)).collect();
        assert_eq!(keys, [(2, "CB-1", ReadyState::Ready), (3, "CB-2", ReadyState::Ready)], "what is held needs nobody");
        let agents: Vec<(&str, u32)> = found.items[0].agents.iter().map(|a| (a.agent.as_str(), a.score)).collect();
        assert_eq!(agents, [("fit", 100), ("expert", 80)], "the best first, and none that lacks something");
        assert_eq!(found.items[1].agents.len(), 3);
        assert_eq!(found.items[0].package.item.key, "CB-1");
    }

    async fn packages_share_the_budget(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        filled(&seed, 12).await;
        let found = seed.board.read(&ask(None)).await.expect("prepare");
        assert_eq!((found.items.len(), found.left_out), (10, 2));
        let found = seed.board.read(&ask(Some(4000))).await.expect("prepare");
        assert_eq!((found.items.len(), found.left_out), (2, 10));
        assert!(found.items.iter().all(|item| item.package.budget.tokens == 2000), "{:?}", found.items[0].package.budget);
        let used: u64 = found.items.iter().map(|item| item.package.budget.used).sum();
        assert!(used <= 4000, "{used}");
        for budget in [1499, 1_000_001] {
            let error = seed.board.read(&ask(Some(budget))).await;
            assert!(matches!(error, Err(Error::Invalid { field: "budget", .. })), "{error:?}");
        }
    }

    async fn a_stream_with_nothing_to_do_has_nothing_to_prepare(t: TestDb) {
        let seed = t.seed().await;
        super::stream(&seed, "s").await;
        let found = seed.board.read(&ask(None)).await.expect("prepare");
        assert!(!found.readiness.ready && found.items.is_empty() && found.left_out == 0, "{found:?}");
    }
}
