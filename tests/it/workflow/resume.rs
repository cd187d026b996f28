use callboard_service::assignment::Fail;
use callboard_service::entity::{WorkflowRunStatus as Status, WorkflowStepStatus as StepStatus};
use callboard_service::item::{CancelItem, RetryItem};
use callboard_service::workflow::{PauseRun, ResumeRun};
use callboard_service::{Conflict, Error, ErrorKind, Ref};
use serde_json::json;
use support::flow::delegated;
use support::{TestDb, both};

fn resume(run: &str) -> ResumeRun {
    ResumeRun { run: Ref::from(run) }
}

both! {
    /// A step that failed while the run was paused is tried again when the run goes on.
    async fn a_failed_step_with_attempts_left_is_handed_out_again(t: TestDb) {
        let seed = t.seed().await;
        let text = "name: flow\nsteps:\n  - name: a\n    delegate: {}\n    max_attempts: 2\n    backoff: 0s\n";
        let run = seed.flow(text).await;
        seed.must(&PauseRun { run: Ref::from("flow"), reason: None }).await;
        let item = seed.item_of(run.id, "a").await;
        seed.must(&CancelItem::new(item.id)).await;
        assert_eq!(seed.step(run.id, "a").await.status, StepStatus::Failed);
        assert_eq!(seed.run_row(run.id).await.status, Status::Paused);
        let resumed = seed.must(&resume("flow")).await;
        assert_eq!((resumed.already, resumed.run.status), (false, Status::Running));
        let step = seed.step(run.id, "a").await;
        assert_eq!((step.status, step.attempt, step.work_item_id), (StepStatus::Waiting, 2, Some(item.id)));
        assert_eq!(seed.row(item.id).await.status.as_str(), "todo");
    }

    async fn a_step_that_failed_for_good_is_named(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        seed.by(&agent, &Fail { assignment: held, reason: "no way".to_owned(), permanent: true }).await.expect("fail");
        assert_eq!(seed.run_row(run.id).await.status, Status::Failed);
        let error = seed.must_refuse(&resume("flow")).await;
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let Error::Conflict(Conflict::Exhausted { run, steps }) = &error else { panic!("{error}") };
        assert_eq!((run.as_str(), steps.as_slice()), ("flow", &["a".to_owned()][..]));
    }

    /// Resuming what runs hands out whatever is free, and changes nothing where nothing is.
    async fn a_running_one_is_a_repeat(t: TestDb) {
        let seed = t.seed().await;
        seed.flow(&delegated("flow", &[("a", &[])])).await;
        let before = seed.snapshot().await;
        let resumed = seed.must(&resume("flow")).await;
        assert_eq!((resumed.already, resumed.run.status), (true, Status::Running));
        seed.assert_unchanged(&before, "a second resume").await;
    }

    async fn refusals_change_nothing(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        let error = seed.must_refuse(&resume("flwo")).await;
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::NotFound, "there is no workflow run 'flwo'; near to it: flow"));
        seed.play(&agent, run.id, "a", json!({})).await;
        let error = seed.must_refuse(&resume("flow")).await;
        let text = "workflow run flow is completed: resume is not possible";
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Conflict, text));
        let pending = seed.pending_run("work", "pending").await;
        let error = seed.must_refuse(&ResumeRun { run: Ref::Id(pending.id) }).await;
        let text = "workflow run pending is pending: resume is not possible; possible: start, cancel";
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::Conflict, text));
    }

    /// The item of a step that failed for good is the step's no more: bringing it back does not move the run.
    async fn the_item_alone_does_not_bring_the_run_back(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let run = seed.flow(&delegated("flow", &[("a", &[])])).await;
        let held = seed.claim_step(&agent, run.id, "a").await;
        seed.by(&agent, &Fail { assignment: held, reason: "no way".to_owned(), permanent: true }).await.expect("fail");
        let before = seed.run_row(run.id).await;
        let item = seed.item_of(run.id, "a").await;
        seed.must(&RetryItem { item: item.id.into(), reason: None }).await;
        seed.play(&agent, run.id, "a", json!({})).await;
        assert_eq!(seed.run_row(run.id).await, before);
        assert_eq!(seed.standing(run.id).await, ["a:failed"]);
    }
}
