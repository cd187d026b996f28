//! Telling what became of decisions.

use callboard_service::decision::{AddDecision, EditDecision};
use callboard_service::entity::{DecisionImpact, DecisionImplementationStatus, board_decisions as decisions};
use callboard_service::{Change, Error, Ref};
use support::{TestDb, both};

use super::{add, decision, row, time};

both! {
    async fn what_became_of_it_can_be_changed_and_nothing_else_is(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let before = seed.must(&AddDecision { item: Some(Ref::Id(item.id)), ..decision("x") }).await.decision;
        let edit = EditDecision {
            implementation_status: Some(DecisionImplementationStatus::Completed),
            impact: Some(DecisionImpact::Low),
            outcome: Change::Set(" It works.\r\n".to_owned()),
            lessons: Change::Set("Ask first.".to_owned()),
            review_at: Change::Set(time("2027-01-01T00:00:00.123456789Z")),
            ..EditDecision::new("CB-D1")
        };
        let done = seed.must(&edit).await;
        let stored = row(&seed, before.id).await;
        let expected = decisions::Model {
            implementation_status: DecisionImplementationStatus::Completed,
            impact: DecisionImpact::Low,
            outcome: Some("It works.".to_owned()),
            lessons: Some("Ask first.".to_owned()),
            review_at: Some(time("2027-01-01T00:00:00.123456Z")),
            updated_at: stored.updated_at,
            ..before.clone()
        };
        assert_eq!((&stored, &done.decision.decision), (&expected, &expected));
        assert!(done.changed && stored.updated_at > before.updated_at);
        assert_eq!(seed.kinds(item.id).await, ["created", "decision", "decision"]);

        let snapshot = seed.snapshot().await;
        assert!(!seed.must(&edit).await.changed);
        assert!(!seed.must(&EditDecision::new("1")).await.changed);
        seed.assert_unchanged(&snapshot, "an edit that changes nothing").await;

        let clear = EditDecision { outcome: Change::Clear, review_at: Change::Clear, ..EditDecision::new(before.id) };
        seed.must(&clear).await;
        let stored = row(&seed, before.id).await;
        assert_eq!((stored.outcome, stored.lessons.as_deref(), stored.review_at), (None, Some("Ask first."), None));
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        add(&seed, "x").await;
        let new = || EditDecision::new("1");
        for (edit, expected) in [
            (EditDecision { outcome: Change::Set("\u{1b}".to_owned()), ..new() }, "outcome"),
            (EditDecision { lessons: Change::Set("x".repeat(1024 * 1024 + 1)), ..new() }, "lessons"),
            (EditDecision { decision: Ref::from("first"), ..new() }, "decision"),
        ] {
            let error = seed.must_refuse(&edit).await;
            assert!(matches!(&error, Error::Invalid { field, .. } if *field == expected), "{expected}: {error:?}");
        }
        let error = seed.must_refuse(&EditDecision::new("2")).await;
        assert!(matches!(&error, Error::NotFound { entity: "decision", near, .. } if near == &["CB-D1"]), "{error:?}");
    }
}
