//! Moving items by hand: what comes with a step, and who may not.

use callboard_service::assignment::Complete;
use callboard_service::entity::{WorkItemDelegationStatus, WorkItemStatus as Status};
use callboard_service::item::{MoveItem, MoveTo, NewItem, state::ItemEvent};
use callboard_service::prerequisite::AddPrerequisite;
use callboard_service::{Actor, ErrorKind};
use support::{TestDb, both};

both! {
    async fn an_item_done_by_hand_frees_what_waited_for_it(t: TestDb) {
        let seed = t.seed().await;
        let (first, waits, waits_twice, other) =
            (seed.item().await, seed.item().await, seed.item().await, seed.item().await);
        for (item, prerequisite) in [(waits.id, first.id), (waits_twice.id, first.id), (waits_twice.id, other.id)] {
            seed.run(AddPrerequisite::new(item, prerequisite)).await;
        }
        seed.put(first.id, Status::InProgress).await;
        let done = seed.run(MoveItem::new(first.id, Status::Done)).await;
        assert_eq!(done.unblocked, [waits.id], "the other one still waits");
        let row = seed.row(first.id).await;
        assert_eq!(row.delegation_status, WorkItemDelegationStatus::Unassigned, "nobody was asked to do it");
        assert!(row.completed_at.is_some());
        assert_eq!(seed.row(waits.id).await.unmet_prerequisites, 0);
        assert_eq!(seed.row(waits_twice.id).await.unmet_prerequisites, 1);
        assert_eq!(seed.kinds(waits.id).await, ["created", "prerequisite_added", "prerequisite_satisfied"]);
    }

    async fn a_held_item_is_moved_by_its_assignment_only(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let held = seed.claim(&agent).await;
        for to in [Status::Todo, Status::Done, Status::Blocked] {
            let verb = MoveItem { reason: Some("x".to_owned()), ..MoveItem::new(item.id, to) };
            let (kind, text) = seed.refused(verb).await;
            assert_eq!(kind, ErrorKind::Conflict);
            assert_eq!(text, format!("CB-1 is held: assignment {} is started", held.assignment));
        }
        let complete = Complete { assignment: held.assignment, ..Complete::default() };
        seed.board.run(Actor::agent(agent.id), &complete).await.expect("the holder may");
        assert_eq!(seed.row(item.id).await.status, Status::Done);
    }

    async fn a_review_is_accepted_or_rejected(t: TestDb) {
        let seed = t.seed().await;
        let (good, bad, waits) = (seed.item().await, seed.item().await, seed.item().await);
        seed.run(AddPrerequisite::new(waits.id, good.id)).await;
        for item in [&good, &bad] {
            seed.put(item.id, Status::Review).await;
        }
        let accept = MoveItem { item: good.id.into(), to: MoveTo::Event(ItemEvent::Accept), reason: None, force: None };
        assert_eq!(seed.run(accept).await.unblocked, [waits.id]);
        let row = seed.row(good.id).await;
        assert!(row.status == Status::Done && row.completed_at.is_some());
        let reject = MoveItem { reason: Some("no tests".to_owned()), ..MoveItem::new(bad.id, Status::Todo) };
        seed.run(reject).await;
        let row = seed.row(bad.id).await;
        assert_eq!((row.status, row.assignee_id, row.completed_at), (Status::Todo, None, None));
        let last = seed.events(bad.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("rejected", Some("no tests")));
    }

    async fn a_repeat_is_a_success_and_an_archived_item_stays(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.add(NewItem { status: Status::Backlog, ..NewItem::titled("x") }).await;
        assert!(!seed.run(MoveItem::new(item.id, Status::Todo)).await.already);
        let again = seed.run(MoveItem::new("cb-1", Status::Todo)).await;
        assert!(again.already);
        assert_eq!(seed.kinds(item.id).await, ["created", "readied"]);
        seed.run(callboard_service::item::ArchiveItem { item: item.id.into(), reason: None }).await;
        let (kind, text) = seed.refused(MoveItem::new(item.id, Status::Backlog)).await;
        assert_eq!((kind, text.as_str()), (ErrorKind::Conflict, "item 'CB-1' is archived"));
        let blank = MoveItem { reason: Some(" ".to_owned()), ..MoveItem::new(seed.item().await.id, Status::Backlog) };
        assert_eq!(seed.refused(blank).await, (ErrorKind::Invalid, "reason: must not be empty, not ' '".to_owned()));
        assert_eq!(seed.refused(MoveItem::new("CB-99", Status::Todo)).await.0, ErrorKind::NotFound);
    }
}
