//! Pausing sessions: the time stands still.

use callboard_service::entity::WorkSessionStatus as Status;
use callboard_service::session::PauseSession;
use callboard_service::{Error, ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{beside, events, of, row, start, worked};

both! {
    async fn the_time_of_each_stretch_is_counted_once(t: TestDb) {
        let seed = t.seed().await;
        let id = seed.must(&start("day")).await.id;
        worked(&seed, id, 90).await;
        let paused = seed.must(&PauseSession { reason: Some("lunch".to_owned()), ..PauseSession::default() }).await;
        let stored = row(&seed, id).await;
        assert_eq!((paused.already, &paused.session), (false, &stored));
        assert_eq!((stored.status, stored.resumed_at), (Status::Paused, None));
        assert!((90..92).contains(&stored.active_seconds), "{}", stored.active_seconds);
        let paused_at = stored.paused_at.expect("a time");
        assert!(seed.board.now() - paused_at < chrono::TimeDelta::seconds(10));
        let last = events(&seed, id).await.pop().expect("an event");
        assert_eq!((last.kind.as_str(), last.data, last.created_at), ("pause", Some(json!({"reason": "lunch"})), paused_at));
        // A repeat counts nothing again.
        let before = seed.snapshot().await;
        assert!(seed.must(&super::pause("day")).await.already);
        seed.assert_unchanged(&before, "a second pause").await;
    }

    /// What is not named must be the only one that fits.
    async fn the_only_active_one_is_meant(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let error = seed.must_refuse(&PauseSession::default()).await;
        assert!(matches!(&error, Error::NotFound { entity: "active session of", name, .. } if name == "user:kim"), "{error}");
        of(&seed, &agent, "of-the-agent").await;
        let first = seed.must(&start("first")).await;
        let second = seed.must(&beside("second")).await;
        let error = seed.must_refuse(&PauseSession::default()).await;
        assert_eq!(error.kind(), ErrorKind::Invalid);
        assert!(error.to_string().contains("user:kim has several (second, first)"), "{error}");
        seed.must(&super::pause("second")).await;
        assert_eq!(seed.must(&PauseSession::default()).await.session.id, first.id);
        assert_eq!(row(&seed, second.id).await.status, Status::Paused);
        // By whoever: the ledger of the session names the actor.
        let other = seed.must(&super::pause("of-the-agent")).await.session;
        assert_eq!(events(&seed, other.id).await.pop().and_then(|e| e.actor_id), Some(seed.user.id));
    }

    async fn what_cannot_be_paused_is_refused(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&start("day")).await;
        let empty = PauseSession { reason: Some(" ".to_owned()), ..super::pause("day") };
        assert_eq!(seed.must_refuse(&empty).await.kind(), ErrorKind::Invalid);
        let error = seed.must_refuse(&super::pause("days")).await;
        assert!(matches!(&error, Error::NotFound { entity: "session", near, .. } if near == &["day"]), "{error}");
        let nobody = PauseSession { session: Some(Ref::Id(seed.user.id)), reason: None };
        assert_eq!(seed.must_refuse(&nobody).await.kind(), ErrorKind::NotFound);
    }
}
