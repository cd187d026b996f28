//! Heartbeats: the lease grows, and nothing else changes.

use callboard_service::assignment::{Complete, Fail, Heartbeat, Holder, Pause};
use callboard_service::setting::SetSetting;
use callboard_service::{Error, ErrorKind, Ref, id};
use chrono::TimeDelta;
use serde_json::json;
use support::work::assign;
use support::{TestDb, both};
use uuid::Uuid;

both! {
    async fn a_heartbeat_extends_the_lease_and_writes_no_ledger_row(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let (item, events) = (seed.row(held.item.id).await, seed.events(held.item.id).await);
        let old = seed.assignment(held.assignment).await;
        let before = seed.board.now();
        let lease = seed.by(&agent, &beat(held.assignment, Some(7200))).await.expect("heartbeat");
        let row = seed.assignment(held.assignment).await;
        assert_eq!((lease.assignment, lease.lease_expires_at), (row.id, row.lease_expires_at));
        let far = row.lease_expires_at.expect("a lease") - before;
        assert!((far - TimeDelta::hours(2)).abs() < TimeDelta::seconds(5), "{far}");
        assert!(row.heartbeat_at > old.heartbeat_at);
        assert_eq!((row.status, row.attempt, row.started_at), (old.status, old.attempt, old.started_at));
        assert_eq!((seed.row(item.id).await, seed.events(item.id).await), (item, events));
    }

    /// A bare heartbeat of a holder that took a long lease must not cut it to the default.
    async fn a_deadline_is_never_made_shorter(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        let long = seed.must(&beat(held, Some(86_400))).await.lease_expires_at;
        assert_eq!(seed.must(&beat(held, None)).await.lease_expires_at, long);
        seed.must(&Pause { assignment: held, reason: "an answer".to_owned(), deadline_seconds: None }).await;
        let day = seed.assignment(held).await.lease_expires_at;
        assert_eq!(seed.must(&beat(held, Some(60))).await.lease_expires_at, day);
        let item = seed.item().await;
        let assigned = seed.assign(item.id, &agent).await.assignment;
        assert_eq!(seed.must(&beat(assigned.id, Some(60))).await.lease_expires_at, assigned.lease_expires_at);
    }

    async fn a_near_deadline_is_extended_in_every_open_state(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let started = seed.work(&agent).await.assignment;
        let paused = seed.work(&agent).await.assignment;
        seed.must(&Pause { assignment: paused, reason: "x".to_owned(), deadline_seconds: Some(30) }).await;
        let item = seed.item().await;
        let short = callboard_service::assignment::Assign {
            accept_seconds: Some(30),
            ..assign(item.id, Holder::Agent(Ref::Id(agent.id)))
        };
        let assigned = seed.must(&short).await.assignment.id;
        for id in [started, paused, assigned] {
            let before = seed.board.now();
            seed.by(&agent, &beat(id, Some(3600))).await.expect("heartbeat");
            let far = seed.assignment(id).await.lease_expires_at.expect("a deadline") - before;
            assert!((far - TimeDelta::hours(1)).abs() < TimeDelta::seconds(5), "{far}");
        }
        assert!(seed.expire().await.expired.is_empty());
    }

    async fn the_boards_setting_where_no_lease_is_named(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        seed.must(&SetSetting { key: "lease_seconds".to_owned(), value: json!(5000), project: None }).await;
        let before = seed.board.now();
        let far = seed.must(&beat(held, None)).await.lease_expires_at.expect("a lease") - before;
        assert!((far - TimeDelta::seconds(5000)).abs() < TimeDelta::seconds(5), "{far}");
    }

    async fn a_person_has_nothing_to_extend(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let id = seed.must(&assign(item.id, Holder::User(Ref::Id(seed.user.id)))).await.assignment.id;
        assert_eq!(seed.must(&beat(id, None)).await.lease_expires_at, None);
        assert!(seed.assignment(id).await.heartbeat_at.is_some());
    }

    async fn what_has_ended_gets_no_heartbeat(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let done = seed.work(&agent).await.assignment;
        seed.must(&Complete { assignment: done, ..Complete::default() }).await;
        let failed = seed.work(&agent).await.assignment;
        seed.must(&Fail { assignment: failed, reason: "no".to_owned(), permanent: true }).await;
        for (id, state) in [(done, "completed"), (failed, "failed")] {
            let error = seed.must_refuse(&beat(id, None)).await;
            let Error::Transition { from, event, allowed, .. } = error else { panic!("{error}") };
            assert_eq!((from.as_str(), event.as_str(), allowed.len()), (state, "heartbeat", 0));
        }
        let error = seed.must_refuse(&beat(id::new(), None)).await;
        assert_eq!(error.kind(), ErrorKind::NotFound);
        for seconds in [i64::MIN, 0, 9, 86_401, i64::MAX] {
            assert_eq!(seed.must_refuse(&beat(done, Some(seconds))).await.kind(), ErrorKind::Invalid);
        }
    }
}

fn beat(assignment: Uuid, lease_seconds: Option<i64>) -> Heartbeat {
    Heartbeat { assignment, lease_seconds }
}
