//! Resuming sessions.

use callboard_service::entity::WorkSessionStatus as Status;
use callboard_service::session::ResumeSession;
use callboard_service::{Conflict, Error};
use support::{TestDb, both};

use super::{events, kinds, of, pause, resume, row, start, worked};

both! {
    async fn the_time_goes_on_and_the_pause_does_not_count(t: TestDb) {
        let seed = t.seed().await;
        let id = seed.must(&start("day")).await.id;
        worked(&seed, id, 60).await;
        seed.must(&pause("day")).await;
        // The pause lasts an hour.
        seed.sql("UPDATE work_sessions SET paused_at = started_at").await;
        let resumed = seed.must(&ResumeSession::default()).await;
        let stored = row(&seed, id).await;
        assert_eq!((resumed.already, &resumed.session), (false, &stored));
        assert_eq!((stored.status, stored.paused_at, stored.resumed_at), (Status::Active, None, Some(stored.updated_at)));
        assert!((60..62).contains(&stored.active_seconds), "{}", stored.active_seconds);
        worked(&seed, id, 30).await;
        seed.must(&pause("day")).await;
        let total = row(&seed, id).await.active_seconds;
        assert!((90..94).contains(&total), "{total}");
        assert_eq!(kinds(&seed, id).await, ["pause", "resume", "pause"]);
        assert!(events(&seed, id).await[1].data.is_none());
    }

    /// Its holder's other one is in the way, also where somebody else resumes it.
    async fn beside_another_active_one_only_when_asked(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let first = of(&seed, &agent, "first").await;
        seed.must(&pause("first")).await;
        of(&seed, &agent, "second").await;
        seed.must(&start("mine")).await;
        let error = seed.must_refuse(&resume("first")).await;
        let Error::Conflict(Conflict::SessionActive { holder, session, .. }) = &error else { panic!("{error}") };
        assert_eq!((holder.as_str(), session.as_str()), ("agent:coder", "second"));
        let resumed = seed.must(&ResumeSession { beside: true, ..resume("first") }).await;
        assert_eq!((resumed.session.id, resumed.session.status), (first.id, Status::Active));
        // One that runs is no new one.
        assert!(seed.must(&resume("first")).await.already);
    }

    /// As it could start none.
    async fn that_of_an_agent_that_is_not_active_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        of(&seed, &agent, "day").await;
        seed.must(&pause("day")).await;
        seed.sql("UPDATE agent_profiles SET status = 'inactive'").await;
        for beside in [false, true] {
            let error = seed.must_refuse(&ResumeSession { beside, ..resume("day") }).await;
            let expected = matches!(&error, Error::Conflict(Conflict::Inactive { entity: "agent", name, .. }) if name == "coder");
            assert!(expected, "{error}");
        }
    }
}
