//! The whole chain of what an item waits for.

use callboard_service::ErrorKind;
use callboard_service::Ref;
use callboard_service::entity::{WorkItemQualityGateLevel as Level, WorkItemStatus as Status};
use callboard_service::item::{BlockItem, BlockerKind as Kind, Blockers, ItemBlockers, ItemRef, NewItem};
use callboard_service::prerequisite::{AddPrerequisite, Needed};
use support::{Seed, TestDb, both};
use uuid::Uuid;

async fn blockers(seed: &Seed, item: Uuid) -> Blockers {
    seed.board.read(&ItemBlockers { item: Ref::Id(item) }).await.expect("ask")
}

/// Depth, name and kind of each, in the order of the tree.
fn tree(found: &Blockers) -> Vec<(u64, &str, Kind)> {
    found.blockers.iter().map(|one| (one.depth, one.name.as_str(), one.kind)).collect()
}

both! {
    async fn down_to_what_can_be_worked_on_now(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        // 1 waits for 2 and 3; 2 waits for 4 and 5; 3 waits for 5; 4 is worked on, 5 is ready.
        let waits = |on: &[usize]| NewItem {
            prerequisites: on.iter().map(|n| ItemRef::Index(*n)).collect(),
            priority: if on.is_empty() { 2 } else { 4 },
            ..NewItem::titled("x")
        };
        let items = seed.add_all(vec![waits(&[1, 2]), waits(&[3, 4]), waits(&[4]), waits(&[]), waits(&[])]).await;
        assert_eq!(seed.claim(&agent).await.item.id, items[3].id);
        let found = blockers(&seed, items[0].id).await;
        assert_eq!(tree(&found), [
            (1, "CB-2", Kind::Waits),
            (2, "CB-4", Kind::UnderWay),
            (2, "CB-5", Kind::Ready),
            (1, "CB-3", Kind::Waits),
            (2, "CB-5", Kind::Above),
        ]);
        assert_eq!((found.start_with.as_slice(), found.more), (["CB-4".to_owned(), "CB-5".to_owned()].as_slice(), false));
        assert_eq!((found.state, found.blockers[1].waits.as_str()), (None, "CB-2"));
        let few = t.statements(&seed.board, &ItemBlockers { item: Ref::Id(items[0].id) }).await;
        assert!(few <= 5, "{few} statements");
        // What is met is not in the way.
        seed.put(items[4].id, Status::Done).await;
        seed.sql("UPDATE task_prerequisites SET status = 'satisfied' WHERE description = 'CB-5 is done'").await;
        assert_eq!(tree(&blockers(&seed, items[1].id).await), [(1, "CB-4", Kind::UnderWay)]);
    }

    async fn what_nobody_does_and_what_somebody_must_confirm(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.add(NewItem { prerequisite_satisfaction_required: true, ..NewItem::titled("waits") }).await.id;
        let later = seed.add(NewItem { status: Status::Backlog, ..NewItem::titled("later") }).await.id;
        let (blocked, dead, done) = (seed.item().await.id, seed.item().await.id, seed.item().await.id);
        seed.must(&BlockItem { item: Ref::Id(blocked), reason: "no key".to_owned() }).await;
        seed.bury(dead, "it failed").await;
        seed.put(done, Status::Done).await;
        for other in [later, blocked, dead] {
            seed.must(&AddPrerequisite::new(item, other)).await;
        }
        let gate = Needed::QualityGate { item: Ref::Id(done), level: Level::Strict };
        let validation = Needed::ValidationRequirement { command: Some("make".to_owned()) };
        let file = Needed::FileDependency { path: "docs/a".to_owned(), content_hash: None };
        for needs in [gate, validation, file] {
            seed.must(&AddPrerequisite::on(item, needs)).await;
        }
        let found = blockers(&seed, item).await;
        let told: Vec<_> = found.blockers.iter().map(|one| (one.name.as_str(), one.kind, one.state.as_str())).collect();
        assert_eq!(told, [
            ("CB-2", Kind::Stuck, "in the backlog: move it to todo"),
            ("CB-3", Kind::Stuck, "blocked: no key"),
            ("CB-4", Kind::Stuck, "a dead letter (it failed): retry it"),
            ("CB-5", Kind::Stuck, "done, but not at the level of the gate"),
            ("`make` succeeds", Kind::Confirm, "confirm it: `callboard prerequisite satisfy`"),
            ("docs/a", Kind::Confirm, "a file: make it, then `callboard prerequisite check`"),
        ]);
        assert!(found.start_with.is_empty());
        // What does not hold it back is not in the way.
        let switch = callboard_service::item::EditItem {
            prerequisite_satisfaction_required: Some(false), ..callboard_service::item::EditItem::new(item)
        };
        seed.must(&switch).await;
        assert_eq!(blockers(&seed, item).await.blockers.len(), 3);
    }

    async fn of_an_item_that_waits_for_nothing(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let found = blockers(&seed, item.id).await;
        assert_eq!((found.state.as_deref(), found.blockers.len()), (Some("ready: claim it"), 0));
        seed.put(item.id, Status::Done).await;
        assert_eq!(blockers(&seed, item.id).await.state.as_deref(), Some("done: nothing is to be done"));
        let error = seed.board.read(&ItemBlockers { item: "CB-9".into() }).await.expect_err("unknown");
        assert_eq!(error.kind(), ErrorKind::NotFound);
    }

    /// A cycle cannot be made by verbs; one that was made past them ends where it began.
    async fn a_cycle_ends(t: TestDb) {
        let seed = t.seed().await;
        let (a, b) = (seed.item().await.id, seed.item().await.id);
        seed.must(&AddPrerequisite::new(a, b)).await;
        let other = seed.item().await.id;
        seed.must(&AddPrerequisite::new(b, other)).await;
        let hex = |id: Uuid| match t.kind() {
            support::Kind::Sqlite => format!("x'{}'", id.simple()),
            support::Kind::Postgres => format!("'{id}'"),
        };
        seed.sql(&format!("UPDATE task_prerequisites SET prerequisite_id = {} WHERE prerequisite_id = {}", hex(a), hex(other))).await;
        let found = blockers(&seed, a).await;
        assert_eq!(tree(&found), [(1, "CB-2", Kind::Waits), (2, "CB-1", Kind::Above)]);
    }

    /// A chain longer than what is shown says so, and costs no more statements.
    async fn a_chain_of_thousands_is_cut(t: TestDb) {
        let seed = t.seed().await;
        let chain = |n: usize| NewItem {
            prerequisites: if n < 2999 { vec![ItemRef::Index(n + 1)] } else { Vec::new() },
            ..NewItem::titled("x")
        };
        let items = seed.add_all((0..3000).map(chain).collect()).await;
        let found = blockers(&seed, items[0].id).await;
        assert_eq!((found.more, found.blockers.len()), (true, 1001));
        assert_eq!(found.blockers[999].depth, 1000);
        let found = blockers(&seed, items[2500].id).await;
        assert_eq!((found.more, found.blockers.len(), found.start_with.as_slice()), (false, 499, ["CB-3000".to_owned()].as_slice()));
    }
}
