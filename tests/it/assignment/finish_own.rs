//! A person's short way: this item of mine is done.

use callboard_service::assignment::{FinishOwn, Holder, Pause, Start};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::item::{Assignee, NewItem};
use callboard_service::user::AddUser;
use callboard_service::{Actor, Conflict, Error, ErrorKind, Ref};
use support::work::assign;
use support::{TestDb, both};
use uuid::Uuid;

both! {
    async fn nobodys_item_is_taken_started_and_done(t: TestDb) {
        let seed = t.seed().await;
        let (item, waits) = (seed.item().await, NewItem::titled("waits"));
        let waits = seed.add(NewItem { prerequisites: vec![Ref::Id(item.id).into()], ..waits }).await;
        let verb = FinishOwn {
            notes: Some("by hand".to_owned()),
            actual_hours: Some("0.5".parse().expect("a number")),
            ..finish(item.id)
        };
        let done = seed.must(&verb).await;
        let row = seed.row(item.id).await;
        assert_eq!((row.status, row.assignee_id, row.attempt_count), (WorkItemStatus::Done, Some(seed.user.id), 1));
        assert_eq!(row.actual_hours, Some("0.5".parse().expect("a number")));
        assert_eq!((done.already, &done.unblocked), (false, &vec![waits.id]));
        let assignment = seed.assignment(done.assignment.id).await;
        assert_eq!((assignment.status, assignment.user_id), (TaskAssignmentStatus::Completed, Some(seed.user.id)));
        assert_eq!(assignment.notes.as_deref(), Some("by hand"));
        assert_eq!(seed.kinds(item.id).await, ["created", "assigned", "started", "completed"]);

        let before = seed.snapshot().await;
        let again = seed.must(&verb).await;
        assert_eq!((again.already, again.assignment), (true, assignment), "a repeat");
        seed.assert_unchanged(&before, "a repeat").await;
    }

    async fn ones_own_item_from_wherever_it_stands(t: TestDb) {
        let seed = t.seed().await;
        let me = || Holder::User(Ref::Id(seed.user.id));
        let aside = NewItem { assignee: Some(Assignee::User(Ref::from("kim"))), ..NewItem::titled("aside") };
        let aside = seed.add(aside).await;
        assert_eq!(seed.must(&finish(aside.id)).await.item.status, WorkItemStatus::Done);
        for steps in 0..3 {
            let item = seed.item().await;
            let id = seed.must(&assign(item.id, me())).await.assignment.id;
            if steps > 0 {
                seed.must(&Start { assignment: id, lease_seconds: None }).await;
            }
            if steps > 1 {
                seed.must(&Pause { assignment: id, reason: "x".to_owned(), deadline_seconds: None }).await;
            }
            let done = seed.must(&finish(item.id)).await;
            assert_eq!((done.assignment.id, done.item.status), (id, WorkItemStatus::Done), "after {steps} steps");
            assert_eq!(seed.row(item.id).await.attempt_count, 1);
        }
    }

    /// Only the holder's assignment id opens what another holds.
    async fn what_others_hold_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let error = seed.must_refuse(&finish(held.item.id)).await;
        let Error::Conflict(Conflict::Held { item, assignment, status }) = error else { panic!("{error}") };
        assert_eq!((item, assignment, status.as_str()), (held.item.key, held.assignment, "started"));
        seed.must(&AddUser { name: "robin".to_owned(), ..AddUser::default() }).await;
        let theirs = seed.item().await;
        seed.must(&assign(theirs.id, Holder::User(Ref::from("robin")))).await;
        assert!(matches!(seed.must_refuse(&finish(theirs.id)).await, Error::Conflict(Conflict::Held { .. })));
        let aside = NewItem { assignee: Some(Assignee::User(Ref::from("robin"))), ..NewItem::titled("aside") };
        let aside = seed.add(aside).await;
        let Error::NotAssignable { conditions, .. } = seed.must_refuse(&finish(aside.id)).await else { panic!("set aside") };
        assert_eq!(conditions, ["the item is set aside for another user"]);
    }

    async fn what_another_finished_is_not_a_repeat(t: TestDb) {
        let seed = t.seed().await;
        let robin = seed.must(&AddUser { name: "robin".to_owned(), ..AddUser::default() }).await;
        let item = seed.item().await;
        seed.board.run(Actor::user(robin.id), &finish(item.id)).await.expect("robin's");
        let error = seed.must_refuse(&finish(item.id)).await;
        assert!(error.to_string().contains("the item is done, not todo"), "{error}");
    }

    async fn an_agent_must_name_its_assignment(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        for actor in [Actor::agent(agent.id), Actor::SYSTEM] {
            let before = seed.snapshot().await;
            let error = seed.board.run(actor, &finish(held.item.id)).await.expect_err("no person");
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            seed.assert_unchanged(&before, "a refusal").await;
        }
        assert_eq!(seed.must_refuse(&FinishOwn { item: Ref::from("CB-77"), ..finish(held.item.id) }).await.kind(), ErrorKind::NotFound);
    }
}

fn finish(item: Uuid) -> FinishOwn {
    FinishOwn { item: Ref::Id(item), notes: None, actual_hours: None, force: None }
}
