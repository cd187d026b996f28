//! Showing decisions.

use callboard_service::decision::{AddDecision, ShowDecision};
use callboard_service::entity::DecisionEvolutionKind as Kind;
use callboard_service::{Error, Ref};
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{add, decision, evolve, full, row, session, time};

fn show(decision: impl Into<Ref>) -> ShowDecision {
    ShowDecision { project: None, decision: decision.into() }
}

/// A chain of that many decisions, each superseded by the next.
async fn chain(seed: &Seed, length: usize) -> String {
    let mut last = add(seed, "1").await;
    for n in 2..=length {
        let next = add(seed, &n.to_string()).await;
        seed.must(&evolve(&last, Kind::Superseded, &next)).await;
        last = next;
    }
    last.key
}

both! {
    async fn it_comes_with_the_names_of_what_it_is_linked_to(t: TestDb) {
        let seed = t.seed().await;
        let (item, session) = (seed.item().await, session(&seed, "s-1").await);
        seed.agent("coder").await;
        let due = AddDecision { review_at: Some(time("2026-01-01T00:00:00Z")), ..full(item.id, "coder") };
        let added = seed.in_session(session.id).await.must(&due).await;
        let found = seed.board.read(&show("1")).await.expect("show");
        assert_eq!(found.decision.decision, row(&seed, added.decision.id).await);
        assert_eq!((found.decision.key.as_str(), found.project.as_str()), ("CB-D1", "demo"));
        assert_eq!(found.item.as_ref().map(|item| item.key.as_str()), Some("CB-1"));
        assert_eq!((found.session.as_deref(), found.agent.as_deref()), (Some("s-1"), Some("agent:coder")));
        assert_eq!((found.by.as_deref(), found.due), (Some("user:kim"), true));
        assert!(found.chain.links.is_empty() && found.chain.decisions.is_empty() && found.external_refs.is_empty());
    }

    async fn the_chain_is_shown_whole_from_every_end(t: TestDb) {
        let seed = t.seed().await;
        let mut all = Vec::new();
        for title in ["a", "b", "c", "d", "alone", "e"] {
            all.push(add(&seed, title).await);
        }
        let [a, b, c, d, _, e] = &all[..] else { panic!("six") };
        // Number 6 came of number 2, before that was superseded by 3; 4 came of both 3 and 6.
        for (old, kind, new) in [
            (a, Kind::Superseded, b),
            (b, Kind::Clarified, e),
            (b, Kind::Superseded, c),
            (c, Kind::Refined, d),
            (e, Kind::Reversed, d),
        ] {
            seed.must(&evolve(old, kind, new)).await;
        }
        let whole = seed.board.read(&show("1")).await.expect("show").chain;
        let keys: Vec<&str> = whole.decisions.iter().map(|brief| brief.key.as_str()).collect();
        assert_eq!(keys, ["CB-D1", "CB-D2", "CB-D3", "CB-D6", "CB-D4"], "each after all that it came of");
        let told: Vec<String> = whole.links.iter().map(|l| format!("{} {} {}", l.original, l.kind, l.new)).collect();
        assert_eq!(told, [
            "CB-D1 superseded CB-D2", "CB-D2 clarified CB-D6", "CB-D2 superseded CB-D3", "CB-D3 refined CB-D4",
            "CB-D6 reversed CB-D4",
        ]);
        assert_eq!((whole.links[0].by.as_deref(), whole.links[0].reason.as_str()), (Some("user:kim"), "a was not enough"));
        for number in ["2", "3", "4", "6"] {
            assert_eq!(seed.board.read(&show(number)).await.expect("show").chain, whole, "{number}");
        }
        assert!(seed.board.read(&show("5")).await.expect("show").chain.decisions.is_empty());
    }

    async fn a_long_chain_takes_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        let short = chain(&seed, 2).await;
        let statements = t.statements(&seed.board, &show(short.as_str())).await;
        let long = chain(&seed, 40).await;
        assert_eq!(t.statements(&seed.board, &show(long.as_str())).await, statements);
        assert!(statements <= 14, "{statements}");
        assert_eq!(seed.board.read(&show(long.as_str())).await.expect("show").chain.decisions.len(), 40);
    }

    async fn it_is_found_by_number_key_and_id(t: TestDb) {
        let seed = t.seed().await;
        let added = add(&seed, "x").await;
        for name in ["1", "D1", "d1", "D-1", "001", "CB-D1", "cb-d1", " CB-D1 "] {
            assert_eq!(seed.board.read(&show(name)).await.expect(name).decision, added, "{name}");
        }
        assert_eq!(seed.board.read(&show(added.decision.id)).await.expect("by id").decision, added);
        seed.must(&crate::project::project("other", "OT")).await;
        let other = seed.must(&AddDecision { project: Some(Ref::from("other")), ..decision("y") }).await;
        assert_eq!(seed.board.read(&show("OT-D1")).await.expect("by key").decision, other);
        let in_other = ShowDecision { project: Some(Ref::from("other")), ..show("1") };
        assert_eq!(seed.board.read(&in_other).await.expect("by number").decision, other);
        let error = seed.board.read(&show("1")).await.expect_err("of which project?");
        assert!(matches!(error, Error::Invalid { field: "project", .. }), "{error:?}");
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        add(&seed, "x").await;
        for name in ["", "one", "-1", "+1", "CB-1", "CB-D", "D", "1.5", "99999999999999999999"] {
            let error = seed.board.read(&show(name)).await.expect_err(name);
            assert!(matches!(error, Error::Invalid { field: "decision", .. }), "{name}: {error:?}");
        }
        match seed.board.read(&show("CB-D11")).await.expect_err("not there") {
            Error::NotFound { entity: "decision", name, near } => assert_eq!((name.as_str(), near), ("CB-D11", vec!["CB-D1".to_owned()])),
            error => panic!("{error:?}"),
        }
        for name in [Ref::from("XX-D1"), Ref::Id(Uuid::now_v7())] {
            let error = seed.board.read(&show(name)).await.expect_err("not there");
            assert!(matches!(error, Error::NotFound { entity: "decision", .. }), "{error:?}");
        }
    }
}
