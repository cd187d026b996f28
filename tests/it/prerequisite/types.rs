//! Prerequisites of the other three types: how they are added, counted, found and shown.

use callboard_service::assignment::Complete;
use callboard_service::entity::{
    TaskPrerequisiteStatus as Status, TaskPrerequisiteType as Type, WorkItemQualityGateLevel as Level, WorkItemStatus,
};
use callboard_service::item::{EditItem, ListItems, NewItem, ReopenItem};
use callboard_service::prerequisite::{
    AddPrerequisite, ListPrerequisites, Needed, RemovePrerequisite, WaivePrerequisite,
};
use callboard_service::{Actor, Conflict, Error, ErrorKind, Ref};
use serde_json::json;
use support::{Seed, TestDb, both};
use uuid::Uuid;

const HASH: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

fn validation(item: Uuid, text: &str) -> AddPrerequisite {
    let needs = Needed::ValidationRequirement { command: Some("cargo test".to_owned()) };
    AddPrerequisite { description: Some(text.to_owned()), ..AddPrerequisite::on(item, needs) }
}

fn file(item: Uuid, path: &str) -> AddPrerequisite {
    AddPrerequisite::on(item, Needed::FileDependency { path: path.to_owned(), content_hash: None })
}

fn gate(item: Uuid, other: Uuid, level: Level) -> AddPrerequisite {
    AddPrerequisite::on(item, Needed::QualityGate { item: Ref::Id(other), level })
}

/// An item that waits for prerequisites of every type.
async fn waiting(seed: &Seed) -> Uuid {
    seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") }).await.id
}

async fn unmet(seed: &Seed, item: Uuid) -> i64 {
    seed.row(item).await.unmet_prerequisites
}

/// Completes an item as an agent.
async fn finish(seed: &Seed, agent: &callboard_service::entity::agent_profiles::Model, item: Uuid) -> Vec<Uuid> {
    let claim = callboard_service::assignment::Claim {
        item: Some(Ref::Id(item)),
        ..callboard_service::assignment::Claim::one(Ref::Id(agent.id))
    };
    let held = seed.by(agent, &claim).await.expect("claim").claimed.remove(0);
    let complete = Complete { assignment: held.assignment, ..Complete::default() };
    seed.board.run(Actor::agent(agent.id), &complete).await.expect("complete").unblocked
}

both! {
    async fn each_type_says_what_it_asks_for(t: TestDb) {
        let seed = t.seed().await;
        let (item, other) = (waiting(&seed).await, seed.item().await.id);
        let hashed = Needed::FileDependency { path: "b".to_owned(), content_hash: Some(HASH.to_owned()) };
        for add in [validation(item, "the tests pass"), file(item, "docs/a.md"), AddPrerequisite::on(item, hashed),
            gate(item, other, Level::Enhanced)] {
            assert!(!seed.must(&add).await.already);
            assert!(seed.must(&add).await.already, "a repeat changes nothing");
        }
        assert_eq!(unmet(&seed, item).await, 4);
        let found = seed.board.read(&ListPrerequisites { item: Ref::Id(item) }).await.expect("list").prerequisites;
        let told: Vec<_> = found.iter().map(|e| (e.r#type, e.name.as_str(), e.description.as_str(), e.auto_resolvable)).collect();
        assert_eq!(told, [
            (Type::ValidationRequirement, "the tests pass", "the tests pass", false),
            (Type::FileDependency, "docs/a.md", "docs/a.md is there", true),
            (Type::FileDependency, "b", "b is there with the content ba7816bf8f01", true),
            (Type::QualityGate, "CB-2", "CB-2 meets the enhanced gate", true),
        ]);
        let criteria: Vec<_> = found.iter().map(|e| e.criteria.clone().expect("criteria")).collect();
        assert_eq!(criteria, [
            json!({ "command": "cargo test" }),
            json!({ "path": "docs/a.md" }),
            json!({ "path": "b", "content_hash": HASH }),
            json!({ "level": "enhanced" }),
        ]);
        assert!(found.iter().all(|e| e.counts && e.status == Status::Pending));
    }

    async fn what_breaks_a_rule_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let (item, other) = (waiting(&seed).await, seed.item().await.id);
        let nothing = AddPrerequisite::on(item, Needed::ValidationRequirement { command: None });
        let id = validation(item, "01993f1e-8c58-7b3e-b8fd-2d1c7a1f4d11");
        let hash = AddPrerequisite::on(item, Needed::FileDependency { path: "a".to_owned(), content_hash: Some("abc".to_owned()) });
        let by_hand = AddPrerequisite { by_hand: true, ..AddPrerequisite::new(item, other) };
        for bad in [nothing, id, hash, by_hand, file(item, "../secret"), file(item, "/etc/passwd"), file(item, ""), file(item, "a//b")] {
            assert_eq!(seed.must_refuse(&bad).await.kind(), ErrorKind::Invalid, "{bad:?}");
        }
        // One way between two items, and one of a file.
        seed.must(&AddPrerequisite::new(item, other)).await;
        let error = seed.must_refuse(&gate(item, other, Level::Strict)).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Exists { .. })), "{error}");
        assert!(error.to_string().contains("CB-1 -> CB-2 (completion_dependency)"), "{error}");
        seed.must(&file(item, "a")).await;
        let other_content = Needed::FileDependency { path: "a".to_owned(), content_hash: Some(HASH.to_owned()) };
        assert_eq!(seed.must_refuse(&AddPrerequisite::on(item, other_content)).await.kind(), ErrorKind::Conflict);
        let cycle = seed.must_refuse(&gate(other, item, Level::Standard)).await;
        assert!(matches!(cycle, Error::Cycle { .. }), "{cycle}");
    }

    /// They count where the item asks for all; switching that counts anew, in the same ledger row.
    async fn switching_what_counts_counts_anew(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (item, other, done) = (seed.item().await.id, seed.item().await.id, seed.item().await.id);
        seed.put(done, WorkItemStatus::Done).await;
        for add in [validation(item, "v"), file(item, "f"), gate(item, other, Level::Enhanced), AddPrerequisite::new(item, done)] {
            seed.must(&add).await;
        }
        seed.must(&AddPrerequisite { optional: true, ..validation(item, "a hint") }).await;
        assert_eq!(unmet(&seed, item).await, 0);
        let switch = |all| EditItem { prerequisite_satisfaction_required: Some(all), ..EditItem::new(item) };
        let edited = seed.must(&switch(true)).await;
        assert_eq!((edited.item.unmet_prerequisites, edited.item.prerequisite_satisfaction_required), (3, true));
        let last = seed.events(item).await.pop().expect("a ledger row");
        let data = last.data.expect("data");
        assert_eq!((last.kind.as_str(), &data["after"]["unmet_prerequisites"]), ("edited", &3.into()));
        assert_eq!(data["changes"]["prerequisite_satisfaction_required"], json!([false, true]));
        for held in [other] {
            finish(&seed, &agent, held).await;
        }
        assert!(seed.try_claim(&agent).await.is_err(), "it is not ready");
        assert!(!seed.must(&switch(true)).await.changed);
        seed.must(&switch(false)).await;
        assert_eq!(unmet(&seed, item).await, 0);
        assert_eq!(seed.claim(&agent).await.item.id, item);
    }

    /// A completion reaches its own level and those below it; what waits for a higher one waits on.
    async fn a_completion_satisfies_the_gates_that_it_reaches(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let enhanced = NewItem { quality_gate_level: Level::Enhanced, ..NewItem::titled("other") };
        let other = seed.add(enhanced).await.id;
        let (low, own, high, by_hand) = (waiting(&seed).await, waiting(&seed).await, waiting(&seed).await, waiting(&seed).await);
        for (item, level) in [(low, Level::Standard), (own, Level::Enhanced), (high, Level::Strict)] {
            seed.must(&gate(item, other, level)).await;
        }
        seed.must(&AddPrerequisite { by_hand: true, ..gate(by_hand, other, Level::Standard) }).await;
        let free = finish(&seed, &agent, other).await;
        assert_eq!(free, [low, own]);
        assert_eq!((unmet(&seed, low).await, unmet(&seed, own).await), (0, 0));
        assert_eq!((unmet(&seed, high).await, unmet(&seed, by_hand).await), (1, 1));
        assert_eq!(seed.kinds(low).await.last().map(String::as_str), Some("prerequisite_satisfied"));
        // One that is added now is met at once, or not.
        let late = waiting(&seed).await;
        assert_eq!(seed.must(&gate(late, other, Level::Enhanced)).await.edge.status, Status::Satisfied);
        let later = waiting(&seed).await;
        assert_eq!(seed.must(&gate(later, other, Level::Strict)).await.edge.status, Status::Pending);
        // Reopened, it is reached no more, whoever waited for it.
        seed.must(&ReopenItem { item: Ref::Id(other), reason: None }).await;
        assert_eq!((unmet(&seed, low).await, unmet(&seed, own).await, unmet(&seed, late).await), (1, 1, 1));
    }

    async fn they_are_waived_and_removed_by_what_they_are_called(t: TestDb) {
        let seed = t.seed().await;
        let (item, other) = (waiting(&seed).await, seed.item().await.id);
        for add in [validation(item, "the tests pass"), file(item, "docs/a.md"), gate(item, other, Level::Strict)] {
            seed.must(&add).await;
        }
        let waive = |what: &str| WaivePrerequisite { item: Ref::Id(item), prerequisite: what.into(), reason: "late".to_owned() };
        assert_eq!(seed.must(&waive("docs/a.md")).await.edge.waived_by.as_deref(), Some("user:kim"));
        assert_eq!(unmet(&seed, item).await, 2);
        assert!(seed.must(&waive("docs/a.md")).await.already);
        let last = seed.events(item).await.pop().expect("a ledger row");
        assert_eq!(last.data.expect("data")["prerequisite"], "docs/a.md");
        for what in ["the tests pass", "cb-2"] {
            seed.must(&RemovePrerequisite { item: Ref::Id(item), prerequisite: what.into() }).await;
        }
        assert_eq!(unmet(&seed, item).await, 0);
        seed.must(&RemovePrerequisite { item: Ref::Id(item), prerequisite: "docs/a.md".into() }).await;
        assert_eq!(unmet(&seed, item).await, 0, "what was waived was not counted");
        seed.must(&file(item, "docs/a.md")).await;
        let error = seed.must_refuse(&waive("docs/b.md")).await;
        assert_eq!(error.to_string(), "there is no prerequisite 'CB-1 -> docs/b.md'; near to it: docs/a.md");
    }

    /// What is cancelled or dead is named as what is waited for in vain, where it counts.
    async fn an_item_that_waits_for_a_gate_in_vain_is_stuck(t: TestDb) {
        let seed = t.seed().await;
        let (item, hint, other) = (waiting(&seed).await, seed.item().await.id, seed.item().await.id);
        for waits in [item, hint] {
            seed.must(&gate(waits, other, Level::Enhanced)).await;
        }
        seed.bury(other, "it failed").await;
        let stuck = ListItems { stuck: true, ..ListItems::default() };
        let found = seed.board.read(&stuck).await.expect("list");
        assert_eq!(found.items.iter().map(|listed| listed.item.id).collect::<Vec<_>>(), [item]);
        let cancel = callboard_service::item::CancelItem::new(other);
        let Error::Conflict(Conflict::Dependents { dependents, .. }) = seed.must_refuse(&cancel).await else {
            panic!("somebody waits for it")
        };
        assert_eq!(dependents, ["CB-1"]);
        let cancel = callboard_service::item::CancelItem { waive_dependents: true, ..cancel };
        assert_eq!(seed.must(&cancel).await.waived, ["CB-1"]);
        assert_eq!((unmet(&seed, item).await, unmet(&seed, hint).await), (0, 0));
    }
}
