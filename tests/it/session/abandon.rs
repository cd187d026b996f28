//! Abandoning sessions with which nobody goes on.

use callboard_service::entity::WorkSessionStatus as Status;
use callboard_service::session::{AbandonSession, StartSession};
use callboard_service::{ErrorKind, Ref};
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

    async fn a_reason_is_asked_for(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&start("day")).await;
        for reason in ["", " \n", "\u{7}"] {
            let verb = AbandonSession { reason: reason.to_owned(), ..abandon("day") };
            assert_eq!(seed.must_refuse(&verb).await.kind(), ErrorKind::Invalid, "{reason:?}");
        }
    }
}
