//! Taking back what ran out, and what is due to be taken back.

use std::collections::BTreeSet;

use callboard_service::assignment::{Due, Expire, Expired, Fail, Heartbeat, Holder, Pause, Start};
use callboard_service::entity::{ActorType, TaskAssignmentStatus, WorkItemStatus};
use callboard_service::item::{AddItems, NewItem};
use callboard_service::project::AddProject;
use callboard_service::{ErrorKind, Ref};
use chrono::TimeDelta;
use support::work::assign;
use support::{Seed, TestDb, both};

both! {
    async fn due_tells_what_expire_then_does(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let running = seed.work(&agent).await;
        let lost = seed.work(&agent).await;
        let paused = seed.work(&agent).await;
        seed.must(&Pause { assignment: paused.assignment, reason: "x".to_owned(), deadline_seconds: None }).await;
        let offered = seed.item().await;
        let offered_to = seed.assign(offered.id, &agent).await.assignment;
        let last = seed.add(NewItem { max_attempts: 1, ..NewItem::titled("last") }).await;
        let last_held = seed.claim(&agent).await;
        assert_eq!(last_held.item.id, last.id);
        let failed = seed.work(&agent).await;
        seed.must(&Fail { assignment: failed.assignment, reason: "no".to_owned(), permanent: false }).await;
        assert_eq!(seed.board.read(&Due::default()).await.expect("due"), Expired::default(), "nothing ran out yet");
        assert_eq!(seed.expire().await, Expired::default());

        for id in [lost.assignment, paused.assignment, offered_to.id, last_held.assignment] {
            seed.lapse(id).await;
        }
        seed.end_backoff(failed.item.id).await;
        let before = seed.snapshot().await;
        let due = seed.board.read(&Due::default()).await.expect("due");
        seed.assert_unchanged(&before, "asking what is due").await;
        let lost_all = [&lost.item.key, &paused.item.key, &offered.key, &last.key].map(String::clone);
        assert_eq!(set(&due.expired), set(&lost_all));
        assert_eq!((&due.dead, &due.released), (&vec![last.key.clone()], &vec![failed.item.key.clone()]));

        let done = seed.expire().await;
        assert_eq!((set(&done.expired), &done.dead, &done.released), (set(&due.expired), &due.dead, &due.released));
        assert_eq!(seed.expire().await, Expired::default(), "once");
        assert_eq!(seed.assignment(running.assignment).await.status, TaskAssignmentStatus::Started);
        let row = seed.row(offered.id).await;
        assert_eq!((row.status, row.attempt_count, row.dead_at), (WorkItemStatus::Todo, 0, None));
        let row = seed.row(failed.item.id).await;
        assert_eq!((row.status, row.available_at), (WorkItemStatus::Todo, None));
        let event = seed.events(lost.item.id).await.pop().expect("a ledger row");
        assert_eq!((event.kind.as_str(), event.actor_type), ("expired", ActorType::System), "the board does it");
        assert!(event.data.expect("data")["lease_expired_at"].is_string());
    }

    async fn a_heartbeat_in_time_saves_the_lease(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        seed.must(&Heartbeat { assignment: held, lease_seconds: Some(10) }).await;
        assert!(seed.expire().await.expired.is_empty());
        let lease = seed.assignment(held).await.lease_expires_at.expect("a lease");
        assert!(lease > seed.board.now());
    }

    async fn people_are_never_expired(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        let id = seed.must(&assign(item.id, Holder::User(Ref::Id(seed.user.id)))).await.assignment.id;
        seed.must(&Start { assignment: id, lease_seconds: None }).await;
        seed.lapse_all().await;
        assert_eq!(seed.expire().await, Expired::default());
        assert_eq!(seed.assignment(id).await.status, TaskAssignmentStatus::Started);
    }

    async fn the_oldest_first_up_to_the_limit_and_of_one_project(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (mut keys, mut ran_out) = (Vec::new(), Vec::new());
        for minutes in [3, 9, 6] {
            let held = seed.work(&agent).await;
            ran_out.push((held.assignment, minutes));
            keys.push(held.item.key);
        }
        let other = AddProject {
            slug: "other".to_owned(),
            name: "Other".to_owned(),
            key_prefix: "OT".to_owned(),
            ..AddProject::default()
        };
        seed.must(&other).await;
        let project = Some(Ref::from("other"));
        seed.must(&AddItems { project: project.clone(), items: vec![NewItem::titled("there")] }).await;
        let there = seed.claim(&agent).await;
        ran_out.push((there.assignment, 60));
        for (assignment, minutes) in ran_out {
            lapsed(&seed, assignment, minutes).await;
        }

        let one = seed.must(&Expire { project: Some(Ref::from("demo")), limit: 1 }).await;
        assert_eq!(one.expired, std::slice::from_ref(&keys[1]));
        let due = seed.board.read(&Due(Expire { project: project.clone(), limit: 10 })).await.expect("due");
        assert_eq!(due.expired, ["OT-1"]);
        assert_eq!(seed.must(&Expire { project, limit: 10 }).await.expired, ["OT-1"]);
        assert_eq!(seed.must(&Expire { project: None, limit: 10 }).await.expired, [keys[2].clone(), keys[0].clone()]);
        for limit in [0, 1001] {
            assert_eq!(seed.must_refuse(&Expire { project: None, limit }).await.kind(), ErrorKind::Invalid);
            let due = seed.board.read(&Due(Expire { project: None, limit })).await;
            assert_eq!(due.expect_err("out of range").kind(), ErrorKind::Invalid);
        }
    }
}

fn set(keys: &[String]) -> BTreeSet<String> {
    keys.iter().cloned().collect()
}

/// Moves the deadline of an assignment some minutes into the past.
async fn lapsed(seed: &Seed, assignment: uuid::Uuid, minutes: i64) {
    use callboard_service::entity::task_assignments as assignments;
    use sea_orm::{ActiveModelTrait, ActiveValue::Set};
    let at = seed.board.now() - TimeDelta::minutes(minutes);
    let row = assignments::ActiveModel { id: Set(assignment), lease_expires_at: Set(Some(at)), ..Default::default() };
    row.update(&seed.raw).await.expect("move the deadline");
}
