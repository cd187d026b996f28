//! Reopening a finished item, and what it does to those that waited for it.

use callboard_service::assignment::Complete;
use callboard_service::entity::{
    TaskPrerequisiteStatus, WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus as Status,
    task_prerequisites,
};
use callboard_service::item::{Assignee, CancelItem, MoveItem, NewItem, ReopenItem};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, Ref};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use support::{Seed, TestDb, both};
use uuid::Uuid;

async fn edge(seed: &Seed, item: Uuid) -> task_prerequisites::Model {
    let found =
        task_prerequisites::Entity::find().filter(task_prerequisites::Column::WorkItemId.eq(item)).one(&seed.raw);
    found.await.expect("read the edge").expect("the edge is there")
}

fn reopen(item: Uuid) -> ReopenItem {
    ReopenItem { item: item.into(), reason: Some("it came back".to_owned()) }
}

both! {
    async fn what_an_agent_completed_is_free_for_all_again(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let held = seed.claim(&agent).await;
        let complete = Complete { assignment: held.assignment, ..Complete::default() };
        seed.board.run(Actor::agent(agent.id), &complete).await.expect("complete");
        seed.run(reopen(item.id)).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.status, row.delegation_status), (Status::Todo, WorkItemDelegationStatus::Unassigned));
        assert_eq!((row.completed_at, row.attempt_count, row.assignee_id), (None, 0, None));
        let other = seed.agent("other").await;
        let claimed = seed.claim(&other).await;
        assert_eq!((claimed.item.id, claimed.attempt), (item.id, 1));
    }

    async fn what_is_a_persons_stays_theirs(t: TestDb) {
        let seed = t.seed().await;
        let mine = NewItem { assignee: Some(Assignee::User(Ref::from("kim"))), ..NewItem::titled("mine") };
        let item = seed.add(mine).await;
        seed.put(item.id, Status::InProgress).await;
        seed.run(MoveItem::new(item.id, Status::Done)).await;
        seed.run(reopen(item.id)).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.assignee_type, row.assignee_id), (Some(WorkItemAssigneeType::User), Some(seed.user.id)));
    }

    /// Those that nobody holds wait again; the one that is worked on is warned; a finished one waits when it comes back.
    async fn dependents_wait_again_unless_somebody_works_on_them(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let first = seed.item().await;
        let waits = |priority| NewItem {
            priority,
            prerequisites: vec![Ref::Id(first.id).into()],
            ..NewItem::titled("waits")
        };
        let (held, free, finished) = (seed.add(waits(0)).await, seed.add(waits(1)).await, seed.add(waits(2)).await);
        seed.put(first.id, Status::InProgress).await;
        let mut freed = seed.run(MoveItem::new(first.id, Status::Done)).await.unblocked;
        freed.sort();
        assert_eq!(freed, [held.id, free.id, finished.id]);
        assert_eq!(seed.claim(&agent).await.item.id, held.id);
        seed.put(finished.id, Status::Done).await;

        let reopened = seed.run(reopen(first.id)).await;
        assert_eq!(reopened.held_dependents, [held.id]);
        let unmet = |id| { let seed = &seed; async move { seed.row(id).await.unmet_prerequisites } };
        assert_eq!((unmet(held.id).await, unmet(free.id).await, unmet(finished.id).await), (0, 1, 1));
        assert_eq!(edge(&seed, held.id).await.status, TaskPrerequisiteStatus::Satisfied);
        let waiting = edge(&seed, free.id).await;
        assert_eq!((waiting.status, waiting.satisfied_at), (TaskPrerequisiteStatus::Pending, None));
        let warned = seed.kinds(held.id).await;
        assert_eq!(warned.last().map(String::as_str), Some("prerequisite_reopened_while_held"));
        assert!(seed.try_claim(&agent).await.is_ok(), "the reopened one itself");

        // Done again, they are freed again; the held one was never waiting.
        let again = seed.put(first.id, Status::InProgress).await;
        assert_eq!(again.status, Status::InProgress);
    }

    async fn a_cancelled_item_comes_back_and_satisfies_again(t: TestDb) {
        let seed = t.seed().await;
        let (item, waits) = (seed.item().await, seed.item().await);
        seed.run(CancelItem::new(item.id)).await;
        seed.run(reopen(item.id)).await;
        seed.run(AddPrerequisite::new(waits.id, item.id)).await;
        seed.put(item.id, Status::InProgress).await;
        assert_eq!(seed.run(MoveItem::new(item.id, Status::Done)).await.unblocked, [waits.id]);
        for unmet in [1, 0, 1] {
            if unmet == 1 {
                seed.run(reopen(item.id)).await;
            } else {
                seed.put(item.id, Status::InProgress).await;
                seed.run(MoveItem::new(item.id, Status::Done)).await;
            }
            assert_eq!(seed.row(waits.id).await.unmet_prerequisites, unmet);
        }
    }
}
