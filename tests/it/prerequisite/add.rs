//! Letting items wait for each other.

use callboard_service::assignment::Complete;
use callboard_service::entity::{
    TaskPrerequisiteStatus, TaskPrerequisiteType, WorkItemStatus as Status, task_prerequisites,
};
use callboard_service::item::{AddItems, ArchiveItem, CancelItem, MoveItem, NewItem};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, Error, ErrorKind};
use sea_orm::{EntityTrait, PaginatorTrait};
use support::{Seed, TestDb, both};
use uuid::Uuid;

async fn edge(seed: &Seed, id: Uuid) -> task_prerequisites::Model {
    task_prerequisites::Entity::find_by_id(id).one(&seed.raw).await.expect("read").expect("the edge is there")
}

both! {
    async fn an_item_waits_until_the_other_one_is_completed(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (first, waits) = (seed.item().await, seed.item().await);
        let added = seed.run(AddPrerequisite::new("cb-2", "CB-1")).await;
        assert!(!added.already);
        let row = edge(&seed, added.edge.id).await;
        assert_eq!(row, added.edge);
        assert_eq!((row.work_item_id, row.prerequisite_id), (waits.id, Some(first.id)));
        assert_eq!((row.status, row.prerequisite_type), (
            TaskPrerequisiteStatus::Pending,
            TaskPrerequisiteType::CompletionDependency,
        ));
        assert!(row.is_mandatory && row.is_auto_resolvable);
        assert_eq!(row.description, "CB-1 is done");
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 1);
        let last = seed.events(waits.id).await.pop().expect("a ledger row");
        let data = last.data.expect("data");
        assert_eq!((last.kind.as_str(), &data["prerequisite"]), ("prerequisite_added", &serde_json::json!("CB-1")));
        assert_eq!(data["after"]["unmet_prerequisites"], 1);

        let again = seed.run(AddPrerequisite::new(waits.id, first.id)).await;
        assert!(again.already && again.edge == row, "a repeat is a success that changes nothing");
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 1);

        let held = seed.claim(&agent).await;
        assert_eq!(held.item.id, first.id);
        assert!(seed.try_claim(&agent).await.is_err());
        let complete = Complete { assignment: held.assignment, ..Complete::default() };
        let done = seed.board.run(Actor::agent(agent.id), &complete).await.expect("complete");
        assert_eq!(done.unblocked, [waits.id]);
        let row = edge(&seed, row.id).await;
        assert_eq!((row.status, row.satisfied_at.is_some()), (TaskPrerequisiteStatus::Satisfied, true));
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
        assert_eq!(seed.claim(&agent).await.item.id, waits.id);
    }

    async fn what_is_done_already_is_met_at_once(t: TestDb) {
        let seed = t.seed().await;
        let (done, waits) = (seed.item().await, seed.item().await);
        seed.put(done.id, Status::Done).await;
        let added = seed.run(AddPrerequisite::new(waits.id, done.id)).await;
        assert_eq!(added.edge.status, TaskPrerequisiteStatus::Satisfied);
        assert!(added.edge.satisfied_at.is_some());
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
    }

    async fn a_hint_is_shown_and_nothing_waits_for_it(t: TestDb) {
        let seed = t.seed().await;
        let (first, waits) = (seed.item().await, seed.item().await);
        let hint = AddPrerequisite {
            optional: true,
            description: Some("better after that".to_owned()),
            ..AddPrerequisite::new(waits.id, first.id)
        };
        let added = seed.run(hint).await;
        assert_eq!((added.edge.is_mandatory, added.edge.description.as_str()), (false, "better after that"));
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
        seed.put(first.id, Status::InProgress).await;
        let done = seed.run(MoveItem::new(first.id, Status::Done)).await;
        assert!(done.unblocked.is_empty(), "it did not wait");
        assert_eq!(edge(&seed, added.edge.id).await.status, TaskPrerequisiteStatus::Satisfied);
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0, "and the counter does not go below zero");
    }

    async fn a_cycle_is_refused_with_the_shortest_way(t: TestDb) {
        let seed = t.seed().await;
        for _ in 0..5 {
            seed.item().await;
        }
        // 1 -> 2 -> 3 -> 4 -> 5, and the short way 1 -> 4.
        for (item, prerequisite) in [("CB-1", "CB-2"), ("CB-2", "CB-3"), ("CB-3", "CB-4"), ("CB-4", "CB-5"), ("CB-1", "CB-4")] {
            seed.run(AddPrerequisite::new(item, prerequisite)).await;
        }
        let before = task_prerequisites::Entity::find().count(&seed.raw).await.expect("count");
        for (item, prerequisite, expected) in [
            ("CB-5", "CB-1", vec!["CB-5", "CB-1", "CB-4", "CB-5"]),
            ("CB-3", "CB-2", vec!["CB-3", "CB-2", "CB-3"]),
            ("CB-4", "CB-4", vec!["CB-4", "CB-4"]),
        ] {
            let error = seed.board.run(seed.me, &AddPrerequisite::new(item, prerequisite)).await.expect_err("a cycle");
            assert_eq!(error.kind(), ErrorKind::Conflict);
            let Error::Cycle { item: from, prerequisite: to, path } = error else { panic!("{error}") };
            assert_eq!((from.as_str(), to.as_str(), path), (item, prerequisite, expected.into_iter().map(str::to_owned).collect()));
        }
        let after = task_prerequisites::Entity::find().count(&seed.raw).await.expect("count");
        assert_eq!(after, before);
        seed.run(AddPrerequisite::new("CB-2", "CB-5")).await;
    }

    async fn what_will_never_be_done_and_what_is_elsewhere(t: TestDb) {
        let seed = t.seed().await;
        let (item, cancelled, archived) = (seed.item().await, seed.item().await, seed.item().await);
        seed.run(CancelItem::new(cancelled.id)).await;
        seed.run(ArchiveItem { item: archived.id.into(), reason: None }).await;
        let (kind, text) = seed.refused(AddPrerequisite::new(item.id, cancelled.id)).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Conflict, "item 'CB-2' is cancelled"));
        assert_eq!(seed.refused(AddPrerequisite::new(item.id, archived.id)).await.1, "item 'CB-3' is archived");
        assert_eq!(seed.refused(AddPrerequisite::new(archived.id, item.id)).await.1, "item 'CB-3' is archived");
        seed.project("other", "OT").await;
        seed.run(AddItems { project: Some("other".into()), items: vec![NewItem::titled("x")] }).await;
        let (kind, text) = seed.refused(AddPrerequisite::new(item.id, "OT-1")).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Invalid, "prerequisite: must be in the project of CB-1, not 'OT-1'"));
        assert_eq!(seed.refused(AddPrerequisite::new(item.id, "CB-9")).await.0, ErrorKind::NotFound);
        let bad = AddPrerequisite { description: Some("\u{7}".to_owned()), ..AddPrerequisite::new(item.id, "CB-9") };
        assert_eq!(seed.refused(bad).await.0, ErrorKind::Invalid);
        assert_eq!(seed.row(item.id).await, item);
    }

    /// Hundreds of dependents are freed in a bounded number of statements.
    async fn one_completion_frees_seven_hundred(t: TestDb) {
        let seed = t.seed().await;
        let first = seed.item().await;
        let waits = |_| NewItem { prerequisites: vec![callboard_service::Ref::Id(first.id).into()], ..NewItem::titled("w") };
        let items = seed.add_all((0..700).map(waits).collect()).await;
        seed.put(first.id, Status::InProgress).await;
        let done = seed.run(MoveItem::new(first.id, Status::Done)).await;
        assert_eq!(done.unblocked.len(), 700);
        for item in [&items[0], &items[350], &items[699]] {
            let row = seed.row(item.id).await;
            assert_eq!((row.unmet_prerequisites, row.revision), (0, 1));
        }
    }
}
