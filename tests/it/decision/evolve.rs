//! Linking decisions to what they evolved into.

use callboard_service::decision::{AddDecision, EvolveDecision, EvolvesInto};
use callboard_service::entity::{DecisionEvolutionActorType, DecisionEvolutionKind as Kind, DecisionStatus};
use callboard_service::{Conflict, Error, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{add, decision, evolve, links, row, rows};

both! {
    async fn the_link_says_how_why_and_by_whom(t: TestDb) {
        let seed = t.seed().await;
        let (old, new) = (add(&seed, "old").await, add(&seed, "new").await);
        let done = seed.must(&evolve(&old, Kind::Superseded, &new)).await;
        let stored = links(&seed).await.remove(0);
        assert_eq!((stored.original_id, stored.new_id), (old.decision.id, new.decision.id));
        assert_eq!((stored.kind, stored.reason.as_str()), (Kind::Superseded, "old was not enough"));
        assert_eq!((stored.actor_type, stored.actor_id), (DecisionEvolutionActorType::User, Some(seed.user.id)));
        assert_eq!(row(&seed, old.decision.id).await, done.original.decision);
        assert_eq!(row(&seed, new.decision.id).await, new.decision, "the newer one is as it was");
        assert_eq!(done.original.decision.status, DecisionStatus::Superseded);
        let before = seed.snapshot().await;
        assert!(seed.must(&evolve(&old, Kind::Superseded, &new)).await.already);
        seed.assert_unchanged(&before, "saying it again").await;
    }

    async fn one_decision_may_be_replaced_by_two_and_two_by_one(t: TestDb) {
        let seed = t.seed().await;
        let (a, b, c, d) = (add(&seed, "a").await, add(&seed, "b").await, add(&seed, "c").await, add(&seed, "d").await);
        for (old, new) in [(&a, &b), (&a, &c), (&b, &d), (&c, &d)] {
            seed.must(&evolve(old, Kind::Superseded, new)).await;
        }
        let statuses: Vec<DecisionStatus> = rows(&seed).await.into_iter().map(|row| row.status).collect();
        assert_eq!(statuses, [[DecisionStatus::Superseded; 3].as_slice(), &[DecisionStatus::Accepted]].concat());
        assert_eq!(links(&seed).await.len(), 4);
    }

    async fn the_new_one_is_captured_with_it_or_not_at_all(t: TestDb) {
        let seed = t.seed().await;
        let items = [seed.item().await, seed.item().await];
        let old = seed.must(&AddDecision { item: Some(Ref::Id(items[1].id)), ..decision("old") }).await;
        let new = |item: &Ref| AddDecision { item: Some(item.clone()), ..AddDecision::new("new", "Do new.", "Better.") };
        let into = |new: AddDecision| EvolveDecision {
            project: None,
            original: Ref::from("1"),
            kind: Kind::Reversed,
            into: EvolvesInto::New(Box::new(new)),
            reason: "it was wrong".to_owned(),
        };
        for refused in [
            into(AddDecision { status: DecisionStatus::Proposed, ..new(&Ref::from("CB-1")) }),
            into(AddDecision { decision: String::new(), ..new(&Ref::from("CB-1")) }),
            into(new(&Ref::from("CB-99"))),
        ] {
            seed.must_refuse(&refused).await;
        }
        let done = seed.must(&into(new(&Ref::from("CB-1")))).await;
        assert_eq!((done.new.key.as_str(), done.original.decision.status), ("CB-D2", DecisionStatus::Reversed));
        assert_eq!(rows(&seed).await, [done.original.decision, done.new.decision]);
        assert_eq!(links(&seed).await[0].original_id, old.decision.id);
        for (item, told) in items.iter().zip([vec!["captured"], vec!["captured", "reversed"]]) {
            let events = seed.events(item.id).await;
            let found: Vec<_> = events.iter().filter(|e| e.kind == "decision").map(|e| e.data.clone().expect("data")).collect();
            let found: Vec<_> = found.iter().map(|data| data["event"].clone()).collect();
            assert_eq!(found, told.into_iter().map(|word| json!(word)).collect::<Vec<_>>());
        }
        // Both are of one item: its ledger has a row for each.
        let both = into(new(&Ref::from("CB-1")));
        let both = EvolveDecision { original: Ref::from("2"), ..both };
        seed.must(&both).await;
        let told = seed.kinds(items[0].id).await;
        assert_eq!(told.iter().filter(|kind| *kind == "decision").count(), 3, "{told:?}");
    }

    async fn a_decision_never_comes_of_itself(t: TestDb) {
        let seed = t.seed().await;
        let (a, b, c) = (add(&seed, "a").await, add(&seed, "b").await, add(&seed, "c").await);
        let error = seed.must_refuse(&evolve(&a, Kind::Refined, &a)).await;
        assert!(matches!(&error, Error::Invalid { field: "decision", rule, .. } if rule.contains("itself")), "{error:?}");
        seed.must(&evolve(&a, Kind::Refined, &b)).await;
        seed.must(&evolve(&b, Kind::Clarified, &c)).await;
        let error = seed.must_refuse(&evolve(&c, Kind::Refined, &a)).await;
        let Error::Conflict(Conflict::CameOf { decision, original, path }) = error else { panic!("{error:?}") };
        assert_eq!((decision.as_str(), original.as_str()), ("CB-D1", "CB-D3"));
        assert_eq!(path, ["CB-D1", "CB-D2", "CB-D3"]);
        // The other way round is no circle.
        seed.must(&evolve(&a, Kind::Clarified, &c)).await;
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&crate::project::project("other", "OT")).await;
        let (a, b) = (add(&seed, "a").await, add(&seed, "b").await);
        let other = seed.must(&AddDecision { project: Some(Ref::from("other")), ..decision("x") }).await;
        let error = seed.must_refuse(&evolve(&a, Kind::Superseded, &other)).await;
        assert!(matches!(&error, Error::Invalid { field: "decision", rule, .. } if rule.contains("demo")), "{error:?}");
        seed.must(&evolve(&a, Kind::Refined, &b)).await;
        let error = seed.must_refuse(&evolve(&a, Kind::Superseded, &b)).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Exists { entity: "evolution", name }) if name.contains("refined")), "{error:?}");
        let error = seed.must_refuse(&EvolveDecision { reason: " ".to_owned(), ..evolve(&b, Kind::Refined, &a) }).await;
        assert!(matches!(error, Error::Invalid { field: "reason", .. }), "{error:?}");
        let missing = EvolveDecision { into: EvolvesInto::Existing(Ref::from("9")), ..evolve(&a, Kind::Refined, &b) };
        assert!(matches!(seed.must_refuse(&missing).await, Error::NotFound { entity: "decision", .. }));
        let missing = EvolveDecision { original: Ref::from("CB-D9"), ..evolve(&a, Kind::Refined, &b) };
        assert!(matches!(seed.must_refuse(&missing).await, Error::NotFound { entity: "decision", .. }));
    }
}
