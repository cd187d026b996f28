//! Rejecting decisions.

use callboard_service::decision::{AddDecision, RejectDecision};
use callboard_service::entity::DecisionStatus;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{decision, in_status, row};

fn reject(decision: &str, reason: Option<&str>) -> RejectDecision {
    RejectDecision { project: None, decision: Ref::from(decision), reason: reason.map(str::to_owned) }
}

both! {
    async fn a_proposal_is_rejected_with_its_reason(t: TestDb) {
        let seed = t.seed().await;
        in_status(&seed, "one", DecisionStatus::Proposed).await;
        let add = AddDecision { status: DecisionStatus::Proposed, outcome: Some("tried it".to_owned()), ..decision("two") };
        seed.must(&add).await;
        for (number, reason, outcome) in [("1", "too slow", "too slow"), ("2", "too big", "tried it\n\ntoo big")] {
            let done = seed.must(&reject(number, Some(reason))).await;
            let stored = row(&seed, done.decision.decision.id).await;
            assert!(!done.already && done.decision.decision == stored, "{done:?}");
            assert_eq!((stored.status, stored.outcome.as_deref()), (DecisionStatus::Rejected, Some(outcome)));
            let before = seed.snapshot().await;
            assert!(seed.must(&reject(number, Some("again"))).await.already);
            seed.assert_unchanged(&before, "rejecting it again").await;
        }
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        in_status(&seed, "x", DecisionStatus::Accepted).await;
        let error = seed.must_refuse(&reject("1", None)).await;
        assert!(matches!(&error, Error::Transition { entity: "decision", from, event, .. } if from == "accepted" && event == "reject"), "{error:?}");
        in_status(&seed, "y", DecisionStatus::Proposed).await;
        let error = seed.must_refuse(&reject("2", Some("a\u{7}"))).await;
        assert!(matches!(error, Error::Invalid { field: "reason", .. }), "{error:?}");
        assert!(matches!(seed.must_refuse(&reject("3", None)).await, Error::NotFound { .. }));
    }
}
