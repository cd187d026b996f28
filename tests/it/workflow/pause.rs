use callboard_service::assignment::Claim;
use callboard_service::entity::WorkflowRunStatus as Status;
use callboard_service::workflow::{PauseRun, ResumeRun};
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::flow::delegated;
use support::{TestDb, both};

fn pause(run: &str, reason: Option<&str>) -> PauseRun {
    PauseRun { run: Ref::from(run), reason: reason.map(str::to_owned) }
}

both! {
    /// What is out may be completed and is kept; nothing new is handed out; the resumed run goes on from there.
    async fn what_is_out_ends_and_nothing_new_begins(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[]), ("b", &["a"]), ("c", &["b"])])).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        let paused = seed.must(&pause("flow", Some("lunch"))).await;
        assert_eq!((paused.already, paused.run.status, &paused.run), (false, Status::Paused, &seed.run_row(run.id).await));
        let last = seed.run_events(run.id).await.pop().expect("a ledger row");
        assert_eq!((last.kind.as_str(), last.reason.as_deref(), last.actor_id), ("pause", Some("lunch"), Some(seed.user.id)));

        seed.hand_in(&agent, held, json!("done")).await.expect("complete");
        assert_eq!(seed.standing(run.id).await, ["a:completed", "b:pending", "c:pending"]);
        let row = seed.run_row(run.id).await;
        assert_eq!((row.status, row.steps_completed), (Status::Paused, 1));
        let nothing = seed.by(&agent, &Claim::one(Ref::Id(agent.id))).await.expect("claim");
        assert!(nothing.claimed.is_empty());

        let resumed = seed.must(&ResumeRun { run: Ref::from("flow") }).await;
        assert_eq!((resumed.already, resumed.by_code, resumed.run.status), (false, false, Status::Running));
        for step in ["b", "c"] {
            seed.play(&agent, run.id, step, json!({})).await;
        }
        assert_eq!(seed.run_row(run.id).await.status, Status::Completed);
    }

    /// All steps may end while it is paused; it ends when it is resumed.
    async fn the_last_step_ends_in_the_pause(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        seed.must(&pause("flow", None)).await;
        seed.play(&agent, run.id, "a", json!({})).await;
        assert_eq!(seed.run_row(run.id).await.status, Status::Paused);
        let resumed = seed.must(&ResumeRun { run: Ref::Id(run.id) }).await;
        assert_eq!((resumed.run.status, resumed.run.steps_completed), (Status::Completed, 1));
    }

    async fn pausing_what_is_paused_is_a_repeat(t: TestDb) {
        let seed = t.seed().await;
        seed.flow(&delegated("flow", &[("a", &[])])).await;
        seed.must(&pause("flow", None)).await;
        let before = seed.snapshot().await;
        assert!(seed.must(&pause("flow", Some("again"))).await.already);
        seed.assert_unchanged(&before, "a second pause").await;
    }

    async fn refusals_change_nothing(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        let error = seed.must_refuse(&pause("flo", None)).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no workflow run 'flo'; near to it: flow"));
        let error = seed.must_refuse(&pause("flow", Some(" "))).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Invalid, "reason: must not be empty, not ' '"));
        seed.play(&agent, run.id, "a", json!({})).await;
        let error = seed.must_refuse(&pause("flow", None)).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Conflict, "workflow run flow is completed: pause is not possible"));
    }
}
