//! Ending sessions.

use callboard_service::entity::{TaskAssignmentStatus, WorkSessionStatus as Status};
use callboard_service::session::EndSession;
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{events, of, pause, row, worked};

both! {
    async fn its_time_and_its_summary_are_kept_and_its_work_stays_held(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let id = of(&seed, &agent, "day").await.id;
        let held = seed.work(&agent).await;
        worked(&seed, id, 120).await;
        let ended = seed.by(&agent, &EndSession { summary: Some("two files\nmore".to_owned()), session: None }).await;
        let ended = ended.expect("end");
        let stored = row(&seed, id).await;
        assert_eq!((ended.already, &ended.session), (false, &stored));
        assert_eq!((stored.status, stored.summary.as_deref()), (Status::Completed, Some("two files\nmore")));
        assert_eq!((stored.resumed_at, stored.ended_at), (None, Some(stored.updated_at)));
        assert!((120..122).contains(&stored.active_seconds), "{}", stored.active_seconds);
        let last = events(&seed, id).await.pop().expect("an event");
        assert_eq!((last.kind.as_str(), last.actor_id, last.data), ("end", Some(agent.id), Some(json!({"status": "completed"}))));
        assert_eq!(seed.assignment(held.assignment).await.status, TaskAssignmentStatus::Started);
    }

    async fn a_paused_one_ends_with_the_time_that_it_had(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let id = of(&seed, &agent, "day").await.id;
        worked(&seed, id, 50).await;
        seed.must(&pause("day")).await;
        let counted = row(&seed, id).await;
        seed.must(&super::end("day")).await;
        let stored = row(&seed, id).await;
        assert_eq!((stored.active_seconds, stored.paused_at), (counted.active_seconds, counted.paused_at));
        // A repeat keeps the first summary.
        let again = EndSession { session: Some(Ref::from("day")), summary: Some("late".to_owned()) };
        assert!(seed.must(&again).await.already);
        assert_eq!(row(&seed, id).await.summary, None);
    }

    async fn a_summary_has_rules(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        of(&seed, &agent, "day").await;
        for summary in ["\u{1b}[2J".to_owned(), "x".repeat(1024 * 1024 + 1)] {
            let end = EndSession { session: Some(Ref::from("day")), summary: Some(summary) };
            assert_eq!(seed.must_refuse(&end).await.kind(), ErrorKind::Invalid);
        }
    }
}
