//! Claiming from a stream: in its order among what is ready.

use callboard_service::assignment::{Assign, Claim, Complete, CompleteAndClaim};
use callboard_service::entity::{CapabilityLevel, WorkItemType};
use callboard_service::item::{EditItem, ItemRef, NewItem, Ready, Requirement};
use callboard_service::{Error, Ref};
use support::work::holder;
use support::{Seed, TestDb, both};
use uuid::Uuid;

use super::{fill, stream};

fn from(slug: &str, agent: &str) -> Claim {
    Claim { stream: Some(Ref::from(slug)), ..Claim::one(agent) }
}

/// What an agent claims one after the other from the stream `s`, until there is nothing more; and what `ready` said.
async fn all(seed: &Seed, agent: &str) -> (Vec<String>, Vec<String>) {
    let ready = Ready { stream: Some(Ref::from("s")), ..Ready::of(agent) };
    let ready = seed.board.read(&ready).await.expect("ready").items.into_iter().map(|item| item.item.key).collect();
    let mut claimed = Vec::new();
    while let Some(next) = seed.must(&from("s", agent)).await.claimed.into_iter().next() {
        claimed.push(next.item.key);
    }
    (claimed, ready)
}

both! {
    async fn the_streams_order_decides_and_not_the_priority(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        stream(&seed, "s").await;
        let items = seed
            .add_all((0..5).map(|n| NewItem { priority: n % 5, ..NewItem::titled(format!("n{n}")) }).collect())
            .await;
        let order: Vec<Uuid> = [3, 1, 4, 0].map(|n: usize| items[n].id).to_vec();
        seed.must(&fill("s", &order)).await;
        let (claimed, ready) = all(&seed, "coder").await;
        assert_eq!(claimed, ["CB-4", "CB-2", "CB-5", "CB-1"], "CB-3 is not in it");
        assert_eq!(ready, claimed, "what is listed is what is handed out");
        // Several at once, in the same order.
        let other = seed.agent("other").await;
        stream(&seed, "t").await;
        let more = seed.add_all((0..4).map(|n| NewItem { priority: 4 - n, ..NewItem::titled("x") }).collect()).await;
        seed.must(&fill("t", &more.iter().map(|item| item.id).collect::<Vec<_>>())).await;
        let three = Claim { count: 3, ..from("t", "other") };
        let keys: Vec<String> = seed.by(&other, &three).await.expect("claim").claimed.into_iter().map(|c| c.item.key).collect();
        assert_eq!(keys, ["CB-6", "CB-7", "CB-8"]);
    }

    async fn what_is_not_ready_is_passed_over(t: TestDb) {
        let seed = t.seed().await;
        let coder = seed.agent("coder").await;
        let rust = seed.agent_with("rust", &[("rust", CapabilityLevel::Expert)], None).await;
        stream(&seed, "s").await;
        let need = Requirement { capability: "rust".to_owned(), level: CapabilityLevel::Proficient };
        let items = seed
            .add_all(vec![
                NewItem::titled("first"),
                NewItem { prerequisites: vec![ItemRef::Index(0)], ..NewItem::titled("waits") },
                NewItem { requirements: vec![need], ..NewItem::titled("asks") },
                NewItem { tags: vec!["ui".to_owned()], r#type: WorkItemType::Bug, ..NewItem::titled("last") },
                NewItem::titled("set aside"),
            ])
            .await;
        let order: Vec<Uuid> = [4, 1, 2, 0, 3].map(|n: usize| items[n].id).to_vec();
        seed.must(&fill("s", &order)).await;
        let aside = callboard_service::item::Assignee::Agent(Ref::Id(rust.id));
        let edit = EditItem { assignee: callboard_service::Change::Set(aside), ..EditItem::new(Ref::Id(items[4].id)) };
        seed.must(&edit).await;
        let held = seed.must(&from("s", "coder")).await.claimed.remove(0);
        assert_eq!(held.item.key, "CB-1", "not what waits, what it can't do, or what is set aside for another");
        let (claimed, ready) = all(&seed, "rust").await;
        assert_eq!(claimed, ["CB-5", "CB-3", "CB-4"], "what is set aside for it comes in its place");
        assert_eq!(ready, claimed);
        // The limits go together.
        let next = CompleteAndClaim {
            complete: Complete { assignment: held.assignment, ..Complete::default() },
            claim: Claim { kind: Some(WorkItemType::Bug), ..from("s", "coder") },
        };
        let done = seed.by(&coder, &next).await.expect("complete");
        assert!(done.next.claimed.is_empty(), "the bug is held, and CB-2 is none");
        assert_eq!(all(&seed, "coder").await.0, ["CB-2"]);
    }

    async fn limits_go_together(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        stream(&seed, "s").await;
        let items = seed
            .add_all(vec![
                NewItem::titled("plain"),
                NewItem { tags: vec!["ui".to_owned()], ..NewItem::titled("tagged") },
                NewItem { r#type: WorkItemType::Bug, tags: vec!["ui".to_owned()], ..NewItem::titled("bug") },
            ])
            .await;
        seed.must(&fill("s", &items.iter().map(|item| item.id).collect::<Vec<_>>())).await;
        let tagged = Claim { tag: Some("ui".to_owned()), kind: Some(WorkItemType::Bug), ..from("s", "coder") };
        assert_eq!(seed.must(&tagged).await.claimed[0].item.key, "CB-3");
        let tagged = Claim { tag: Some("ui".to_owned()), project: Some(Ref::from("demo")), ..from("s", "coder") };
        assert_eq!(seed.must(&tagged).await.claimed[0].item.key, "CB-2");
        let sprint = crate::sprint::sprint(&seed, "1").await;
        let nothing = Claim { sprint: Some(Ref::Id(sprint.id)), ..from("s", "coder") };
        assert!(seed.must(&nothing).await.claimed.is_empty());
        seed.must(&crate::sprint::plan(&["CB-1"])).await;
        assert_eq!(seed.must(&nothing).await.claimed[0].item.key, "CB-1");
    }

    async fn an_item_that_is_named_must_be_in_it(t: TestDb) {
        let seed = t.seed().await;
        seed.agent("coder").await;
        stream(&seed, "s").await;
        let (inside, outside) = (seed.item().await, seed.item().await);
        seed.must(&fill("s", &[inside.id])).await;
        let error = seed.must_refuse(&Claim { item: Some(Ref::Id(outside.id)), ..from("s", "coder") }).await;
        let expected = "the item is not in the stream 's'";
        assert!(matches!(&error, Error::NotAssignable { conditions, .. } if conditions == &[expected]), "{error}");
        let claimed = seed.must(&Claim { item: Some(Ref::Id(inside.id)), ..from("s", "coder") }).await;
        assert_eq!(claimed.claimed[0].item.id, inside.id);
        let error = seed.must_refuse(&from("nowhere", "coder")).await;
        assert!(matches!(error, Error::NotFound { entity: "stream", .. }), "{error}");
    }

    /// A lease that ran out is taken back on the way, and its item comes again in its place.
    async fn what_ran_out_comes_back(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        stream(&seed, "s").await;
        let (a, b) = (seed.item().await, seed.item().await);
        seed.must(&fill("s", &[b.id, a.id])).await;
        let held = seed.by(&one, &from("s", "one")).await.expect("claim").claimed.remove(0);
        assert_eq!(held.item.id, b.id);
        seed.lapse(held.assignment).await;
        seed.expire().await;
        seed.end_backoffs().await;
        let listed = Ready { stream: Some(Ref::from("s")), ..Ready::of("two") };
        let listed = seed.board.read(&listed).await.expect("ready").items;
        assert_eq!(listed.iter().map(|item| item.item.id).collect::<Vec<_>>(), [b.id, a.id]);
        seed.expire().await;
        let claimed = seed.by(&two, &Claim { count: 2, ..from("s", "two") }).await.expect("claim").claimed;
        assert_eq!(claimed.iter().map(|c| c.item.id).collect::<Vec<_>>(), [b.id, a.id]);
    }

    async fn an_agent_that_has_enough_gets_nothing(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent_with("coder", &[], Some(1)).await;
        stream(&seed, "s").await;
        let (a, b) = (seed.item().await, seed.item().await);
        seed.must(&fill("s", &[a.id, b.id])).await;
        let assign = Assign { item: Ref::Id(b.id), holder: holder(&agent), accept_seconds: None, context: None, notes: None };
        seed.must(&assign).await;
        let outcome = seed.by(&agent, &Claim { count: 2, ..from("s", "coder") }).await.expect("claim");
        assert!(outcome.claimed.is_empty() && !outcome.why_nothing.is_empty(), "{outcome:?}");
    }
}
