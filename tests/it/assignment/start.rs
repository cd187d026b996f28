//! Starting what was assigned.

use callboard_service::assignment::{Holder, Start};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use callboard_service::setting::SetSetting;
use callboard_service::{ErrorKind, Ref, id};
use chrono::TimeDelta;
use serde_json::json;
use support::work::assign;
use support::{TestDb, both};

both! {
    async fn the_first_start_is_an_attempt_with_a_lease(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let item = seed.item().await;
        let id = seed.assign(item.id, &agent).await.assignment.id;
        let before = seed.board.now();
        let started = seed.by(&agent, &Start { assignment: id, lease_seconds: None }).await.expect("start");
        let row = seed.assignment(id).await;
        assert_eq!(row, started.assignment, "what is told is what is stored");
        assert_eq!((row.status, row.attempt), (TaskAssignmentStatus::Started, 1));
        assert!(row.started_at >= Some(before) && row.heartbeat_at.is_some());
        let lease = row.lease_expires_at.expect("a lease") - before;
        assert!((lease - TimeDelta::minutes(15)).abs() < TimeDelta::seconds(5), "a day's wait became a lease: {lease}");
        let item = seed.row(item.id).await;
        assert_eq!((item.status, item.attempt_count), (WorkItemStatus::InProgress, 1));
        assert_eq!(item, started.item);
        assert_eq!(seed.kinds(item.id).await, ["created", "assigned", "started"]);
    }

    /// With and without a named lease: PostgreSQL has a statement of its own for the first.
    async fn a_named_lease_and_a_projects_own(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let project = Some(Ref::Id(seed.project.id));
        seed.must(&SetSetting { key: "lease_seconds".to_owned(), value: json!(120), project }).await;
        for (lease_seconds, expected) in [(None, 120), (Some(10), 10), (Some(86_400), 86_400)] {
            let item = seed.item().await;
            let id = seed.assign(item.id, &agent).await.assignment.id;
            let before = seed.board.now();
            let started = seed.by(&agent, &Start { assignment: id, lease_seconds }).await.expect("start");
            let lease = started.assignment.lease_expires_at.expect("a lease") - before;
            assert!((lease - TimeDelta::seconds(expected)).abs() < TimeDelta::seconds(5), "{lease}");
            assert_eq!((started.item.attempt_count, started.assignment.attempt), (1, 1));
            assert_eq!(seed.row(item.id).await, started.item);
        }
    }

    async fn a_person_starts_without_a_deadline(t: TestDb) {
        let seed = t.seed().await;
        for lease_seconds in [None, Some(60)] {
            let item = seed.item().await;
            let id = seed.must(&assign(item.id, Holder::User(Ref::Id(seed.user.id)))).await.assignment.id;
            let started = seed.must(&Start { assignment: id, lease_seconds }).await;
            assert_eq!(started.assignment.lease_expires_at, None);
            assert_eq!(seed.assignment(id).await.status, TaskAssignmentStatus::Started);
        }
        assert!(seed.expire().await.expired.is_empty(), "people have no deadline");
    }

    async fn an_unknown_assignment_and_a_lease_out_of_bounds(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for lease_seconds in [None, Some(60)] {
            let error = seed.must_refuse(&Start { assignment: id::new(), lease_seconds }).await;
            assert_eq!(error.kind(), ErrorKind::NotFound, "{error}");
        }
        let item = seed.item().await;
        let id = seed.assign(item.id, &agent).await.assignment.id;
        for seconds in [i64::MIN, 0, 9, 86_401, i64::MAX] {
            let error = seed.must_refuse(&Start { assignment: id, lease_seconds: Some(seconds) }).await;
            assert_eq!(error.kind(), ErrorKind::Invalid, "{seconds}");
        }
    }
}
