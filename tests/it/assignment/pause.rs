//! Pausing: the holder keeps the item and waits for something.

use callboard_service::assignment::{Holder, Pause, Start};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemDelegationStatus, WorkItemStatus};
use callboard_service::{ErrorKind, Ref};
use chrono::TimeDelta;
use support::work::assign;
use support::{TestDb, both};
use uuid::Uuid;

both! {
    async fn a_paused_item_is_kept_for_a_day(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let before = seed.board.now();
        let paused = seed.by(&agent, &pause(held.assignment)).await.expect("pause");
        let row = seed.assignment(held.assignment).await;
        assert_eq!((row.status, &row), (TaskAssignmentStatus::Paused, &paused.assignment));
        let wait = row.lease_expires_at.expect("a deadline") - before;
        assert!((wait - TimeDelta::hours(24)).abs() < TimeDelta::seconds(5), "{wait}");
        let item = seed.row(held.item.id).await;
        let states = (item.status, item.delegation_status, item.blocked_reason.as_deref());
        let blocked = (WorkItemStatus::InProgress, WorkItemDelegationStatus::Blocked, Some("an answer"));
        assert_eq!(states, blocked);
        let last = seed.events(item.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref()), ("paused", Some("an answer")));
    }

    async fn the_deadline_has_bounds(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        let month = 30 * 24 * 3600;
        for seconds in [-1, 0, 9, month + 1, i64::MAX] {
            let error = seed.must_refuse(&Pause { deadline_seconds: Some(seconds), ..pause(held) }).await;
            assert!(error.to_string().contains("between 10 seconds and 30 days"), "{error}");
        }
        let before = seed.board.now();
        let paused = seed.must(&Pause { deadline_seconds: Some(month), ..pause(held) }).await;
        let wait = paused.assignment.lease_expires_at.expect("a deadline") - before;
        assert!((wait - TimeDelta::days(30)).abs() < TimeDelta::seconds(5), "{wait}");
    }

    async fn a_reason_is_asked_for(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        for reason in ["", " \n", "\u{7}"] {
            let error = seed.must_refuse(&Pause { reason: reason.to_owned(), ..pause(held) }).await;
            assert_eq!(error.kind(), ErrorKind::Invalid, "{reason:?}");
        }
    }

    async fn a_person_pauses_without_a_deadline(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let id = seed.must(&assign(item.id, Holder::User(Ref::Id(seed.user.id)))).await.assignment.id;
        seed.must(&Start { assignment: id, lease_seconds: None }).await;
        assert_eq!(seed.must(&pause(id)).await.assignment.lease_expires_at, None);
    }

    /// A pause that ran out counts as an attempt, and what it waited for goes with it.
    async fn a_pause_that_ran_out_goes_back_to_the_queue(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        seed.must(&pause(held.assignment)).await;
        seed.lapse(held.assignment).await;
        assert_eq!(seed.expire().await.expired, std::slice::from_ref(&held.item.key));
        let item = seed.row(held.item.id).await;
        assert_eq!((item.status, item.blocked_reason, item.attempt_count), (WorkItemStatus::Todo, None, 1));
    }
}

fn pause(assignment: Uuid) -> Pause {
    Pause { assignment, reason: "an answer".to_owned(), deadline_seconds: None }
}
