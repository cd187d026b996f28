//! Abandoning sessions with which nobody goes on.

use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus, WorkSessionStatus as Status};
use callboard_service::session::{AbandonSession, Continuity, SessionStatus, StartSession};
use callboard_service::{Actor, ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{events, of, row, start};

fn abandon(key: &str) -> AbandonSession {
    AbandonSession { session: Some(Ref::from(key)), reason: "it was killed".to_owned() }
}

both! {
    async fn the_reason_is_kept_and_its_holder_can_start_again(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let lost = of(&seed, &agent, "lost").await;
        let told = seed.must(&abandon("lost")).await;
        let stored = row(&seed, lost.id).await;
        assert_eq!((told.already, &told.session), (false, &stored));
        assert_eq!((stored.status, stored.ended_at), (Status::Abandoned, Some(stored.updated_at)));
        let last = events(&seed, lost.id).await.pop().expect("an event");
        assert_eq!((last.kind.as_str(), last.actor_id), ("end", Some(seed.user.id)));
        assert_eq!(last.data, Some(json!({"status": "abandoned", "reason": "it was killed"})));
        seed.by(&agent, &StartSession::default()).await.expect("start again");
    }

    /// Leases are not the session's matter, nor is the session theirs.
    async fn what_its_holder_holds_is_held_until_the_lease_runs_out(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let day = of(&seed, &agent, "day").await;
        let (first, second) = (seed.work(&agent).await, seed.work(&agent).await);
        seed.lapse(first.assignment).await;
        seed.expire().await;
        let status = SessionStatus { actor: Actor::agent(agent.id), session: None, project: None };
        let standing = seed.board.read(&status).await.expect("status");
        assert_eq!(standing.session.map(|session| session.session.id), Some(day.id), "a lost item ends no session");
        let open: Vec<_> = standing.open_assignments.iter().map(|listed| listed.assignment.id).collect();
        assert_eq!(open, [second.assignment]);

        seed.must(&abandon("day")).await;
        assert_eq!(seed.assignment(second.assignment).await.status, TaskAssignmentStatus::Started);
        let late = seed.board.read(&Continuity::default()).await.expect("continuity");
        assert_eq!((late.open_sessions.count, late.expired_leases.count), (0, 0));
        seed.lapse(second.assignment).await;
        let late = seed.board.read(&Continuity::default()).await.expect("continuity");
        assert_eq!(late.expired_leases.first, [second.item.key.as_str()]);
        seed.expire().await;
        assert_eq!(seed.row(second.item.id).await.status, WorkItemStatus::Todo);
    }

    async fn a_reason_is_asked_for(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&start("day")).await;
        for reason in ["", " \n", "\u{7}"] {
            let verb = AbandonSession { reason: reason.to_owned(), ..abandon("day") };
            assert_eq!(seed.must_refuse(&verb).await.kind(), ErrorKind::Invalid, "{reason:?}");
        }
    }
}
