//! Waiving prerequisites.

use callboard_service::entity::{TaskPrerequisiteStatus, WorkItemStatus as Status, task_prerequisites};
use callboard_service::item::{MoveItem, ReopenItem};
use callboard_service::prerequisite::{AddPrerequisite, WaivePrerequisite};
use callboard_service::{Actor, ErrorKind};
use sea_orm::EntityTrait;
use support::{TestDb, both};
use uuid::Uuid;

fn waive(item: Uuid, prerequisite: Uuid) -> WaivePrerequisite {
    WaivePrerequisite { item: item.into(), prerequisite: prerequisite.into(), reason: "it can wait".to_owned() }
}

both! {
    async fn the_item_goes_on_and_the_waiver_says_who_and_why(t: TestDb) {
        let seed = t.seed().await;
        let (first, waits) = (seed.item().await, seed.item().await);
        let agent = seed.agent("lead").await;
        seed.run(AddPrerequisite::new(waits.id, first.id)).await;
        let waived = seed.board.run(Actor::agent(agent.id), &waive(waits.id, first.id)).await.expect("waive");
        assert!(!waived.already);
        let row = task_prerequisites::Entity::find_by_id(waived.edge.id).one(&seed.raw).await.expect("read");
        let row = row.expect("the edge is there");
        assert_eq!(row, waived.edge);
        assert_eq!(row.status, TaskPrerequisiteStatus::Waived);
        assert_eq!((row.waived_by.as_deref(), row.waiver_reason.as_deref()), (Some("agent:lead"), Some("it can wait")));
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
        let last = seed.events(waits.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("prerequisite_waived", Some("it can wait")));
        assert_eq!(last.actor_id, Some(agent.id));
        assert!(seed.run(waive(waits.id, first.id)).await.already);

        // What was waived stays waived, whatever becomes of the other item.
        seed.put(first.id, Status::InProgress).await;
        assert!(seed.run(MoveItem::new(first.id, Status::Done)).await.unblocked.is_empty());
        seed.run(ReopenItem { item: first.id.into(), reason: None }).await;
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
    }

    async fn it_needs_a_reason_somebody_and_something_to_waive(t: TestDb) {
        let seed = t.seed().await;
        let (first, done, waits) = (seed.item().await, seed.item().await, seed.item().await);
        seed.put(done.id, Status::Done).await;
        for prerequisite in [first.id, done.id] {
            seed.run(AddPrerequisite::new(waits.id, prerequisite)).await;
        }
        let blank = WaivePrerequisite { reason: " ".to_owned(), ..waive(waits.id, first.id) };
        assert_eq!(seed.refused(blank).await.0, ErrorKind::Invalid);
        let nobody = seed.board.run(Actor::SYSTEM, &waive(waits.id, first.id)).await.expect_err("nobody");
        assert_eq!(nobody.kind(), ErrorKind::Invalid);
        assert!(nobody.to_string().contains("who answers for it"), "{nobody}");
        let (kind, text) = seed.refused(waive(waits.id, done.id)).await;
        assert_eq!(kind, ErrorKind::Conflict);
        assert_eq!(text, "prerequisite CB-2 of CB-3 is satisfied: waive is not possible; possible: fail");
        assert_eq!(seed.refused(waive(first.id, waits.id)).await.0, ErrorKind::NotFound);
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 1);
    }
}
