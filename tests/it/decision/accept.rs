//! Accepting decisions.

use callboard_service::decision::{AcceptDecision, AddDecision};
use callboard_service::entity::DecisionStatus;
use callboard_service::{Error, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{decision, in_status, row};

fn accept(decision: impl Into<Ref>) -> AcceptDecision {
    AcceptDecision { project: None, decision: decision.into() }
}

both! {
    async fn a_proposal_is_accepted_once(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let add = AddDecision { status: DecisionStatus::Proposed, item: Some(Ref::Id(item.id)), ..decision("x") };
        let proposed = seed.must(&add).await;
        let done = seed.must(&accept("1")).await;
        let stored = row(&seed, proposed.decision.id).await;
        assert!(!done.already && done.decision.decision == stored, "{done:?}");
        assert_eq!(stored.status, DecisionStatus::Accepted);
        assert!(stored.updated_at > proposed.decision.updated_at);
        let events = seed.events(item.id).await;
        let data = events.last().and_then(|e| e.data.clone()).expect("data");
        assert_eq!((&data["decision"], &data["event"]), (&json!("CB-D1"), &json!("accepted")));
        let before = seed.snapshot().await;
        assert!(seed.must(&accept("CB-D1")).await.already);
        seed.assert_unchanged(&before, "accepting it again").await;
    }

    async fn what_was_rejected_may_be_accepted_after_all(t: TestDb) {
        let seed = t.seed().await;
        let rejected = in_status(&seed, "x", DecisionStatus::Rejected).await;
        assert_eq!(row(&seed, rejected.decision.id).await.status, DecisionStatus::Rejected);
        seed.must(&accept(rejected.decision.id)).await;
        assert_eq!(row(&seed, rejected.decision.id).await.status, DecisionStatus::Accepted);
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.must_refuse(&accept("1")).await;
        assert!(matches!(error, Error::NotFound { entity: "decision", .. }), "{error:?}");
        in_status(&seed, "x", DecisionStatus::Superseded).await;
        let error = seed.must_refuse(&accept("1")).await;
        assert_eq!(error.to_string(), "decision CB-D1 is superseded: accept is not possible; possible: supersede");
    }
}
