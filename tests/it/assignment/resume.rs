//! Resuming what was paused.

use callboard_service::ErrorKind;
use callboard_service::assignment::{Pause, Resume};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemDelegationStatus};
use chrono::TimeDelta;
use support::{TestDb, both};

both! {
    async fn resuming_takes_a_new_lease_and_no_new_attempt(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let pause = Pause { assignment: held.assignment, reason: "an answer".to_owned(), deadline_seconds: None };
        for (lease_seconds, expected) in [(None, 900), (Some(60), 60)] {
            seed.by(&agent, &pause).await.expect("pause");
            let before = seed.board.now();
            let verb = Resume { assignment: held.assignment, lease_seconds };
            let resumed = seed.by(&agent, &verb).await.expect("resume");
            let row = seed.assignment(held.assignment).await;
            assert_eq!((row.status, &row), (TaskAssignmentStatus::Started, &resumed.assignment));
            let lease = row.lease_expires_at.expect("a lease") - before;
            assert!((lease - TimeDelta::seconds(expected)).abs() < TimeDelta::seconds(5), "{lease}");
            let item = seed.row(held.item.id).await;
            let told = (item.delegation_status, item.blocked_reason.as_deref(), item.attempt_count);
            assert_eq!(told, (WorkItemDelegationStatus::InProgress, None, 1));
            assert_eq!(row.started_at, Some(seed.assignment(held.assignment).await.assigned_at), "it started once");
        }
        let kinds = ["created", "claimed", "paused", "resumed", "paused", "resumed"];
        assert_eq!(seed.kinds(held.item.id).await, kinds);
    }

    async fn a_pause_that_ran_out_cannot_be_resumed(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        seed.must(&Pause { assignment: held, reason: "an answer".to_owned(), deadline_seconds: None }).await;
        seed.lapse(held).await;
        let error = seed.must_refuse(&Resume { assignment: held, lease_seconds: None }).await;
        assert_eq!(error.kind(), ErrorKind::LeaseLost);
        assert!(error.to_string().contains("while paused, so resume is not possible"), "{error}");
    }

    async fn a_lease_out_of_bounds_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        seed.must(&Pause { assignment: held, reason: "an answer".to_owned(), deadline_seconds: None }).await;
        for seconds in [0, 9, 86_401] {
            let error = seed.must_refuse(&Resume { assignment: held, lease_seconds: Some(seconds) }).await;
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }
}
