//! Explaining who may have an item.

use callboard_service::agent::ArchiveAgent;
use callboard_service::assignment::{Candidate, ExplainAssignment, Explanation, Holder};
use callboard_service::entity::CapabilityLevel::{Basic, Expert, Proficient};
use callboard_service::item::{Assignee, NewItem};
use callboard_service::{ErrorKind, Ref};
use support::work::holder;
use support::{Seed, TestDb, both};

both! {
    async fn the_candidates_are_ranked(t: TestDb) {
        let seed = t.seed().await;
        for (slug, grants) in [
            ("none", &[][..]),
            ("half", &[("rust", Proficient)][..]),
            ("spent", &[("rust", Expert), ("sql", Expert)][..]),
            ("exact", &[("rust", Proficient), ("sql", Basic), ("go", Expert)][..]),
            ("gone", &[("rust", Proficient), ("sql", Basic)][..]),
        ] {
            seed.agent_with(slug, grants, None).await;
        }
        seed.must(&ArchiveAgent { agent: Ref::from("gone"), reason: None }).await;
        let requirements = vec![("rust".to_owned(), Proficient).into(), ("sql".to_owned(), Basic).into()];
        let item = seed.add(NewItem { requirements, ..NewItem::titled("wanted") }).await;
        let found = explain(&seed, &item.key, None, 10).await;
        let scores: Vec<(&str, u32, usize)> =
            found.candidates.iter().map(|c| (c.agent.as_str(), c.fit.score, c.fit.missing.len())).collect();
        assert_eq!(scores, [("exact", 100, 0), ("spent", 80, 0), ("half", 50, 1), ("none", 0, 2)]);
        assert_eq!((found.conditions.len(), found.open, found.fit), (0, None, None));
        assert_eq!(explain(&seed, &item.key, None, 1).await.candidates.len(), 1);
    }

    async fn for_one_agent_what_fails(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[("rust", Basic)], Some(1)).await;
        seed.work(&agent).await;
        let blocker = seed.item().await;
        let item = NewItem {
            requirements: vec![("rust".to_owned(), Expert).into()],
            prerequisites: vec![Ref::Id(blocker.id).into()],
            ..NewItem::titled("wanted")
        };
        let item = seed.add(item).await;
        let before = seed.snapshot().await;
        let found = explain(&seed, &item.key, Some(holder(&agent)), 3).await;
        let expected = [
            "1 of its prerequisites are not met",
            "the agent holds 1 of at most 1 open assignments",
            "it needs rust at expert and has it at basic",
        ];
        assert_eq!(found.conditions, expected);
        assert_eq!(found.fit.as_ref().map(|f| f.score), Some(0));
        assert_eq!(found.candidates, [Candidate { agent: "coder".to_owned(), fit: found.fit.expect("a fit") }]);
        let person = explain(&seed, &item.key, Some(Holder::User(Ref::from("kim"))), 3).await;
        assert_eq!((person.conditions, person.fit), (vec![expected[0].to_owned()], None));
        seed.assert_unchanged(&before, "an explanation").await;
    }

    async fn a_held_item_shows_its_assignment_and_the_match(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[("rust", Expert)], None).await;
        let item = NewItem { requirements: vec![("rust".to_owned(), Basic).into()], ..NewItem::titled("held") };
        let item = seed.add(item).await;
        let held = seed.claim(&agent).await;
        let found = explain(&seed, &item.key, None, 3).await;
        let open = found.open.expect("it is held");
        assert_eq!(open, seed.assignment(held.assignment).await);
        let fit = &open.context.expect("a context")["match"];
        assert_eq!((&fit["required"]["rust"], &fit["granted"]["rust"]), (&"basic".into(), &"expert".into()));
        assert_eq!(found.conditions, ["the item is in_progress, not todo", "the item is already in_progress (delegation)"]);
    }

    async fn what_is_set_aside_is_no_hindrance_for_whom_it_is(t: TestDb) {
        let seed = t.seed().await;
        let (mine, other) = (seed.agent("mine").await, seed.agent("other").await);
        let aside = NewItem { assignee: Some(Assignee::Agent(Ref::Id(mine.id))), ..NewItem::titled("aside") };
        let item = seed.add(aside).await;
        let none: [&str; 0] = [];
        assert_eq!(explain(&seed, &item.key, Some(holder(&mine)), 1).await.conditions, none);
        assert_eq!(explain(&seed, &item.key, None, 1).await.conditions, none);
        let found = explain(&seed, &item.key, Some(holder(&other)), 1).await;
        assert_eq!(found.conditions, ["the item is set aside for another agent"]);
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let ask = |item: &str, candidates| ExplainAssignment { item: Ref::from(item), holder: None, candidates };
        for candidates in [0, 51] {
            let error = seed.board.read(&ask(&item.key, candidates)).await.expect_err("out of range");
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
        let error = seed.board.read(&ask("CB-99", 1)).await.expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }
}

async fn explain(seed: &Seed, item: &str, holder: Option<Holder>, candidates: u32) -> Explanation {
    let ask = ExplainAssignment { item: Ref::from(item), holder, candidates };
    seed.board.read(&ask).await.expect("explain")
}
