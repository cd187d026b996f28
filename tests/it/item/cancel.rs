//! Cancelling items, and what becomes of those that wait for them.

use callboard_service::assignment::Complete;
use callboard_service::entity::{
    TaskAssignmentStatus, TaskPrerequisiteStatus, WorkItemDelegationStatus, WorkItemStatus as Status,
    task_prerequisites,
};
use callboard_service::item::{CancelItem, MoveItem, NewItem};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, Error, ErrorKind, Ref};
use sea_orm::{EntityTrait, QueryOrder};
use support::{Seed, TestDb, both};

/// A chain: each item waits for the one before it.
async fn chain(seed: &Seed, n: usize) -> Vec<callboard_service::entity::work_items::Model> {
    let mut items = vec![seed.item().await];
    for _ in 1..n {
        let item = seed.item().await;
        seed.run(AddPrerequisite::new(item.id, items[items.len() - 1].id)).await;
        items.push(item);
    }
    items
}

async fn edges(seed: &Seed) -> Vec<task_prerequisites::Model> {
    let edges = task_prerequisites::Entity::find().order_by_asc(task_prerequisites::Column::Id);
    edges.all(&seed.raw).await.expect("read the edges")
}

both! {
    async fn the_open_assignment_ends_with_its_item(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let held = seed.claim(&agent).await;
        let cancel = CancelItem { reason: Some("out of scope".to_owned()), ..CancelItem::new(item.id) };
        let cancelled = seed.run(cancel).await;
        let row = seed.row(item.id).await;
        assert_eq!(row, cancelled.item);
        assert_eq!((row.status, row.delegation_status), (Status::Cancelled, WorkItemDelegationStatus::Cancelled));
        assert_eq!(row.assignee_id, None);
        let assignment = seed.assignment(held.assignment).await;
        assert_eq!(assignment.status, TaskAssignmentStatus::Cancelled);
        assert_eq!(assignment.notes.as_deref(), Some("out of scope"));
        let complete = Complete { assignment: held.assignment, ..Complete::default() };
        let late = seed.board.run(Actor::agent(agent.id), &complete).await.expect_err("the fence is shut");
        assert_eq!(late.kind(), ErrorKind::LeaseLost);
        assert_eq!(seed.row(item.id).await.status, Status::Cancelled);
        assert!(seed.run(CancelItem::new(item.id)).await.already);
    }

    async fn a_done_item_is_not_cancelled(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.put(seed.item().await.id, Status::Done).await;
        let (kind, text) = seed.refused(CancelItem::new(item.id)).await;
        assert_eq!(kind, ErrorKind::Conflict);
        assert_eq!(text, "item CB-1 is done: cancel is not possible; possible: reopen");
        let (_, text) = seed.refused(MoveItem::new(item.id, Status::Cancelled)).await;
        assert!(text.contains("is done: cancel"), "{text}");
    }

    async fn those_who_wait_are_named_and_nothing_changes(t: TestDb) {
        let seed = t.seed().await;
        let items = chain(&seed, 3).await;
        seed.run(AddPrerequisite { optional: true, ..AddPrerequisite::new(seed.item().await.id, items[0].id) }).await;
        let error = seed.board.run(seed.me, &CancelItem::new(items[0].id)).await.expect_err("CB-2 waits");
        let Error::Conflict(callboard_service::Conflict::Dependents { item, dependents }) = error else { panic!("{error}") };
        assert_eq!((item.as_str(), dependents), ("CB-1", vec!["CB-2".to_owned()]), "a hint waits for nothing");
        assert_eq!(seed.row(items[0].id).await.status, Status::Todo);
        let both = CancelItem { waive_dependents: true, cancel_dependents: true, ..CancelItem::new(items[0].id) };
        assert_eq!(seed.refused(both).await.0, ErrorKind::Invalid);
    }

    async fn waived_they_go_on(t: TestDb) {
        let seed = t.seed().await;
        let items = chain(&seed, 3).await;
        let cancel = CancelItem { waive_dependents: true, ..CancelItem::new(items[0].id) };
        let done = seed.run(cancel).await;
        assert_eq!((done.waived, done.cancelled), (vec!["CB-2".to_owned()], vec![]));
        let edges = edges(&seed).await;
        assert_eq!(edges[0].status, TaskPrerequisiteStatus::Waived);
        assert_eq!(edges[0].waived_by.as_deref(), Some("user:kim"));
        assert_eq!(edges[0].waiver_reason.as_deref(), Some("CB-1 was cancelled"));
        assert_eq!(edges[1].status, TaskPrerequisiteStatus::Pending, "CB-3 still waits for CB-2");
        let (second, third) = (seed.row(items[1].id).await, seed.row(items[2].id).await);
        assert_eq!((second.unmet_prerequisites, third.unmet_prerequisites), (0, 1));
        assert_eq!((second.status, third.status), (Status::Todo, Status::Todo));
        assert_eq!(seed.kinds(second.id).await.last().map(String::as_str), Some("prerequisite_waived"));
    }

    async fn cancelled_with_it_to_the_end_of_the_chain(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        // Held while it waits: the edge came after the claim.
        let held_item = seed.item().await;
        let held = seed.claim(&agent).await;
        let items = chain(&seed, 3).await;
        seed.run(AddPrerequisite::new(held_item.id, items[1].id)).await;
        // Finished in spite of its prerequisite: not touched, and what waits for it is satisfied.
        let finished = seed.item().await;
        seed.run(AddPrerequisite::new(finished.id, items[0].id)).await;
        seed.put(finished.id, Status::Done).await;

        let cancel = CancelItem { cancel_dependents: true, ..CancelItem::new(items[0].id) };
        let done = seed.run(cancel).await;
        let mut keys = done.cancelled;
        keys.sort();
        assert_eq!(keys, ["CB-1", "CB-3", "CB-4"]);
        for item in items.iter().chain([&held_item]) {
            let row = seed.row(item.id).await;
            assert_eq!((row.status, row.delegation_status), (Status::Cancelled, WorkItemDelegationStatus::Cancelled));
        }
        assert_eq!(seed.assignment(held.assignment).await.status, TaskAssignmentStatus::Cancelled);
        assert_eq!(seed.row(finished.id).await.status, Status::Done);
        let last = seed.events(items[2].id).await.pop().expect("a ledger row");
        assert_eq!(last.reason.as_deref(), Some("CB-2 was cancelled"));
    }

    async fn a_dead_letter_is_laid_to_rest(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        seed.bury(item.id, "x").await;
        seed.run(CancelItem::new(item.id)).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.status, row.dead_at, row.blocked_reason), (Status::Cancelled, None, None));
        let set_aside = NewItem { prerequisites: vec![Ref::Id(item.id).into()], ..NewItem::titled("x") };
        let add = callboard_service::item::AddItems { project: None, items: vec![set_aside] };
        assert_eq!(seed.refused(add).await.1, "item 'CB-1' is cancelled");
    }
}
