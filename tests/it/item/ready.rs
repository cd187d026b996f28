//! What is ready: exactly what claims hand out, in their order.

use std::collections::BTreeMap;

use callboard_service::ErrorKind;
use callboard_service::assignment::{Claim, Complete, Expire, Fail};
use callboard_service::entity::{
    CapabilityLevel::{self, Basic, Expert, Proficient},
    WorkItemStatus as Status, WorkItemType,
};
use callboard_service::item::{ArchiveItem, Assignee, EachReady, ItemRef, ListedItem, NewItem, Ready};
use callboard_service::{Actor, Error, Ref};
use fastrand::Rng;
use support::{Seed, TestDb, both};

async fn keys(seed: &Seed, ready: Ready) -> Vec<String> {
    let found = seed.board.read(&ready).await.unwrap_or_else(|e| panic!("{ready:?}: {e}"));
    found.items.into_iter().map(|i| i.item.key).collect()
}

const LEVELS: [CapabilityLevel; 3] = [Basic, Proficient, Expert];

/// A board of every sort of item, by chance.
async fn some_board(seed: &Seed, rng: &mut Rng) {
    let item = |i: usize, rng: &mut Rng| NewItem {
        r#type: if rng.u8(..8) == 0 { WorkItemType::Epic } else { WorkItemType::Task },
        status: if rng.u8(..8) == 0 { Status::Backlog } else { Status::Todo },
        priority: rng.i64(0..5),
        assignee: match rng.u8(..8) {
            0 => Some(Assignee::Agent("able".into())),
            1 => Some(Assignee::Agent("novice".into())),
            2 => Some(Assignee::User("kim".into())),
            _ => None,
        },
        requirements: ["rust", "sql", "tool/psql"]
            .into_iter()
            .filter_map(|c| LEVELS.get(rng.usize(..9)).map(|level| (c.to_owned(), *level).into()))
            .collect(),
        prerequisites: if i > 0 && rng.u8(..6) == 0 { vec![ItemRef::Index(rng.usize(..i))] } else { vec![] },
        ..NewItem::titled(format!("n{i}"))
    };
    let items: Vec<NewItem> = (0..30).map(|i| item(i, rng)).collect();
    for item in seed.add_all(items).await {
        match rng.u8(..12) {
            0 => drop(seed.back_off(item.id, -5).await),
            1 => drop(seed.back_off(item.id, 3600).await),
            2 if item.unmet_prerequisites == 0 => drop(seed.put(item.id, Status::Blocked).await),
            _ => {}
        }
    }
}

both! {
    /// For several agents on several boards: the list is what an agent then claims, one by one. A claim looks for backoffs
    /// that are over only now and then, so the order is compared when those were released before.
    async fn the_list_is_what_claims_hand_out(t: TestDb) {
        let seed = t.seed().await;
        let novice = seed.agent_with("novice", &[("rust", Basic)], None).await;
        let able = seed.agent_with("able", &[("rust", Expert), ("sql", Proficient)], None).await;
        seed.sql("UPDATE agent_profiles SET tools = '[\"psql\"]' WHERE slug = 'able'").await;
        let mut rng = Rng::with_seed(62);
        let mut counts = BTreeMap::new();
        for round in 0..16 {
            some_board(&seed, &mut rng).await;
            let in_order = round % 2 == 0;
            if in_order {
                seed.run(Expire::default()).await;
            }
            for agent in [&novice, &able] {
                let mut listed = keys(&seed, Ready { limit: 1000, ..Ready::of(agent.id) }).await;
                let mut claimed = Vec::new();
                while let Ok(claim) = seed.try_claim(agent).await {
                    claimed.push(claim.item.key);
                }
                if !in_order {
                    listed.sort();
                    claimed.sort();
                }
                assert_eq!(listed, claimed, "for {}", agent.slug);
                *counts.entry(agent.slug.clone()).or_insert(0) += claimed.len();
            }
        }
        assert!(counts["novice"] > 20 && counts["able"] > 20, "the boards held too little: {counts:?}");
    }

    /// Without its limit: the same items in the same order, some at a time.
    async fn each_is_given_in_the_order_of_the_list(t: TestDb) {
        let seed = t.seed().await;
        let able = seed.agent_with("able", &[("rust", Expert)], None).await;
        seed.agent("novice").await;
        let mut rng = Rng::with_seed(7);
        some_board(&seed, &mut rng).await;
        let more = (0..600).map(|n| NewItem { priority: rng.i64(0..5), ..NewItem::titled(format!("m{n}")) });
        seed.add_all(more.collect()).await;
        for ready in [Ready::default(), Ready::of(able.id), Ready { tag: Some("none".to_owned()), ..Ready::default() }] {
            let listed = keys(&seed, Ready { limit: 1000, ..ready.clone() }).await;
            let (mut given, mut calls) = (Vec::new(), 0);
            let mut sink = |items: &[ListedItem]| {
                assert!((1..=500).contains(&items.len()));
                calls += 1;
                given.extend(items.iter().map(|listed| listed.item.key.clone()));
                Ok(())
            };
            let count = seed.board.read(&EachReady::new(&ready, &mut sink)).await.expect("all of it");
            assert_eq!((count.items, &given), (listed.len() as u64, &listed));
            assert_eq!(calls, listed.len().div_ceil(500));
            assert_eq!(calls > 1, ready.tag.is_none(), "there is more than a page");
        }
        let mut full = |_: &[ListedItem]| Err(std::io::ErrorKind::StorageFull.into());
        let error = seed.board.read(&EachReady::new(&Ready::default(), &mut full)).await.expect_err("it takes no more");
        assert!(matches!(error, Error::Export(_)), "{error}");
    }

    async fn without_an_agent_it_is_what_anybody_could_take(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        let items = vec![
            NewItem { priority: 4, ..NewItem::titled("plain") },
            NewItem { requirements: vec![("rust".to_owned(), Expert).into()], ..NewItem::titled("for experts") },
            NewItem { assignee: Some(Assignee::Agent("coder".into())), ..NewItem::titled("set aside") },
            NewItem { prerequisites: vec![ItemRef::Index(0)], ..NewItem::titled("waits") },
            NewItem { r#type: WorkItemType::Epic, ..NewItem::titled("epic") },
        ];
        let items = seed.add_all(items).await;
        assert_eq!(keys(&seed, Ready::default()).await, ["CB-2", "CB-1"]);
        assert_eq!(keys(&seed, Ready::of("coder")).await, ["CB-3", "CB-1"], "what is set aside comes first");
        seed.run(ArchiveItem { item: items[1].id.into(), reason: None }).await;
        assert_eq!(keys(&seed, Ready::default()).await, ["CB-1"]);
        let first = seed.board.read(&Ready { limit: 1, ..Ready::of("coder") }).await.expect("ready");
        assert!(first.truncated && first.items.len() == 1);
        assert_eq!(first.items[0].assignee.as_deref(), Some("agent:coder"));
    }

    async fn each_limit_of_claim_is_one_of_ready(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let tagged = |tag: &str| NewItem { tags: vec![tag.to_owned()], ..NewItem::titled(tag) };
        seed.add_all(vec![tagged("ui"), tagged("db"), NewItem { r#type: WorkItemType::Bug, ..NewItem::titled("bug") }]).await;
        seed.project("other", "OT").await;
        let add = callboard_service::item::AddItems { project: Some("other".into()), items: vec![NewItem::titled("x")] };
        seed.run(add).await;
        for (ready, expected) in [
            (Ready { tag: Some("db".to_owned()), ..Ready::of(agent.id) }, "CB-2"),
            (Ready { kind: Some(WorkItemType::Bug), ..Ready::of(agent.id) }, "CB-3"),
            (Ready { project: Some("other".into()), ..Ready::of(agent.id) }, "OT-1"),
        ] {
            assert_eq!(keys(&seed, ready.clone()).await, [expected]);
            let claim = Claim { tag: ready.tag, kind: ready.kind, project: ready.project, ..Claim::one(agent.id) };
            let claimed = seed.board.run(Actor::agent(agent.id), &claim).await.expect("claim").claimed;
            assert_eq!(claimed[0].item.key, expected);
        }
    }

    async fn an_agent_that_may_not_claim_is_told_why(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(1)).await;
        let items = seed.add_all(vec![NewItem::titled("a"), NewItem::titled("b")]).await;
        let held = seed.claim(&agent).await;
        let full = seed.board.read(&Ready::of("coder")).await.expect("ready");
        assert_eq!(full.withheld, ["the agent holds 1 of at most 1 open assignments"]);
        assert!(full.items.is_empty() && seed.try_claim(&agent).await.is_err());

        // On a lease that ran out it holds nothing: the next claim takes that item back, into its backoff.
        seed.lapse(held.assignment).await;
        assert_eq!(keys(&seed, Ready::of("coder")).await, ["CB-2"]);
        assert_eq!(seed.claim(&agent).await.item.id, items[1].id);
        assert!(seed.row(items[0].id).await.available_at.is_some());
        seed.end_backoff(items[0].id).await;
        assert!(keys(&seed, Ready::of("coder")).await.is_empty(), "its one assignment is the second item's");
        assert_eq!(keys(&seed, Ready::default()).await, ["CB-1"]);
        let other = seed.agent("other").await;
        assert_eq!(seed.claim(&other).await.item.id, items[0].id);

        seed.sql("UPDATE agent_profiles SET status = 'inactive'").await;
        let idle = seed.board.read(&Ready::of("coder")).await.expect("ready");
        assert!(idle.withheld.contains(&"the agent is inactive".to_owned()), "{:?}", idle.withheld);
    }

    async fn a_failed_item_is_ready_when_its_backoff_is_over(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let held = seed.claim(&agent).await;
        let fail = Fail { assignment: held.assignment, reason: "x".to_owned(), permanent: false };
        seed.board.run(Actor::agent(agent.id), &fail).await.expect("fail");
        assert!(keys(&seed, Ready::of("coder")).await.is_empty());
        seed.end_backoff(item.id).await;
        assert_eq!(keys(&seed, Ready::of("coder")).await, ["CB-1"]);
        let again = seed.claim(&agent).await;
        let complete = Complete { assignment: again.assignment, ..Complete::default() };
        seed.board.run(Actor::agent(agent.id), &complete).await.expect("complete");
        assert!(keys(&seed, Ready::of("coder")).await.is_empty());
    }

    async fn limits_names_and_statements(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for (ready, kind) in [
            (Ready { limit: 0, ..Ready::default() }, ErrorKind::Invalid),
            (Ready { limit: 1001, ..Ready::default() }, ErrorKind::Invalid),
            (Ready { tag: Some("A B".to_owned()), ..Ready::default() }, ErrorKind::Invalid),
            (Ready::of("codr"), ErrorKind::NotFound),
            (Ready { project: Some(Ref::from("demos")), ..Ready::default() }, ErrorKind::NotFound),
        ] {
            assert_eq!(seed.board.read(&ready).await.expect_err("refused").kind(), kind);
        }
        let needs = |i: usize| NewItem {
            requirements: vec![(format!("c{i}"), Basic).into()],
            ..NewItem::titled("x")
        };
        seed.item().await;
        let few = t.statements(&seed.board, &Ready::of(agent.id)).await;
        seed.add_all((0..150).map(needs).collect()).await;
        let many = t.statements(&seed.board, &Ready::of(agent.id)).await;
        assert_eq!(few, many);
        assert!(many <= 15, "{many} statements");
    }
}
