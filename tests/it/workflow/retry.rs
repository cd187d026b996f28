use callboard_service::assignment::Fail;
use callboard_service::entity::{WorkflowRunStatus as Status, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::{Drive, NewRun, RetryRun, RunOptions, Step, StepError};
use callboard_service::{ErrorKind, Ref};
use serde_json::json;
use support::flow::delegated;
use support::{Seed, TestDb, both};
use uuid::Uuid;

/// A run of two steps at once, both of which failed for good.
async fn failed(seed: &Seed) -> Uuid {
    let agent = seed.agent("coder").await;
    let run = seed.flow(&delegated("flow", &[("a", &[]), ("b", &[]), ("c", &["a", "b"])])).await.id;
    let held = [seed.claim_step(&agent, run, "a").await, seed.claim_step(&agent, run, "b").await];
    for assignment in held {
        seed.by(&agent, &Fail { assignment, reason: "no way".to_owned(), permanent: true }).await.expect("fail");
    }
    assert_eq!(seed.standing(run).await, ["a:failed", "b:failed", "c:pending"]);
    let row = seed.run_row(run).await;
    let why = format!("step 'a' failed: {} is a dead letter: failed: no way", seed.item_of(run, "a").await.key);
    assert_eq!((row.status, row.error_message), (Status::Failed, Some(why)));
    run
}

both! {
    async fn every_failed_step_gets_its_attempts(t: TestDb) {
        let seed = t.seed().await;
        let run = failed(&seed).await;
        let before = [seed.step(run, "a").await, seed.step(run, "b").await];
        let retried = seed.must(&RetryRun { attempts: 3, ..RetryRun::of("flow") }).await;
        assert_eq!((retried.already, retried.by_code, retried.run.status), (false, false, Status::Running));
        assert_eq!((retried.run.error_message.as_deref(), retried.run.completed_at), (None, None));
        for before in before {
            let step = seed.step(run, &before.name).await;
            assert_eq!((step.status, step.attempt, step.max_attempts), (StepStatus::Waiting, 2, 4));
            assert_eq!((step.error_context, step.work_item_id), (None, before.work_item_id));
            let item = seed.item_of(run, &before.name).await;
            assert_eq!((item.status.as_str(), item.attempt_count, item.dead_at, item.available_at), ("todo", 0, None, None));
        }
        let kinds = seed.run_kinds(run).await;
        let tail: Vec<&str> = kinds.iter().map(String::as_str).skip(kinds.len() - 7).collect();
        assert_eq!(tail, [
            "step_retried a", "step_retried b", "resume", "step_start a", "step_wait a", "step_start b", "step_wait b",
        ]);
        let agent = seed.board.actor("agent:coder").await.expect("the agent");
        let claim = callboard_service::assignment::Claim { count: 3, ..callboard_service::assignment::Claim::one("coder") };
        let claimed = seed.board.run(agent, &claim).await.expect("claim").claimed;
        assert_eq!(claimed.len(), 2, "their items are ready at once");
    }

    /// The other stays failed, and so the run fails again at once: what is named is what is retried.
    async fn one_step_alone_is_not_enough_where_two_failed(t: TestDb) {
        let seed = t.seed().await;
        let run = failed(&seed).await;
        let retried = seed.must(&RetryRun { step: Some("b".to_owned()), ..RetryRun::of(run) }).await;
        assert_eq!(retried.run.status, Status::Failed);
        assert_eq!(seed.standing(run).await, ["a:failed", "b:waiting", "c:pending"]);
        let retried = seed.must(&RetryRun { step: Some("a".to_owned()), ..RetryRun::of(run) }).await;
        assert_eq!(retried.run.status, Status::Running);
        let agent = seed.agent("writer").await;
        for step in ["a", "b", "c"] {
            seed.play(&agent, run, step, json!({})).await;
        }
        let row = seed.run_row(run).await;
        assert_eq!((row.status, row.steps_completed, row.error_message), (Status::Completed, 3, None));
    }

    /// A run of code goes on once it is driven again: from the failed step, with what was done before.
    async fn a_run_of_code_goes_on_when_it_is_driven(t: TestDb) {
        let seed = t.seed().await;
        let drive = async |fails: bool| {
            let new = NewRun::new("work", "work-1");
            seed.board.drive(seed.me, &new, RunOptions::default(), |run| Box::pin(async move {
                run.step("first", || async { Ok::<_, StepError>(1) }).await?;
                let body = || async move {
                    if fails { Err(StepError::new("no luck").permanent()) } else { Ok(2) }
                };
                run.step(Step::new("second").attempts(5), body).await?;
                Ok(())
            })).await
        };
        let Drive::Failed(run) = drive(true).await.expect("drive") else { panic!("it did not fail") };
        assert_eq!(run.error_message.as_deref(), Some("step 'second' of run 'work-1' failed after 1 attempts: no luck"));
        let refused = drive(false).await.expect_err("it failed, and was not retried");
        assert_eq!(refused.to_string(), "workflow run work-1 is failed: start is not possible; possible: resume");
        let retried = seed.must(&RetryRun::of("work-1")).await;
        assert_eq!((retried.by_code, retried.run.status), (true, Status::Running));
        drive(false).await.expect("drive").completed().expect("completed");
        let step = seed.step(run.id, "second").await;
        assert_eq!((step.status, step.attempt, step.max_attempts), (StepStatus::Completed, 2, 2));
        assert_eq!(seed.step(run.id, "first").await.attempt, 1);
    }

    async fn refusals_change_nothing(t: TestDb) {
        let seed = t.seed().await;
        failed(&seed).await;
        seed.flow(&delegated("other", &[("a", &[])])).await;
        let told = async |retry: RetryRun| {
            let error = seed.must_refuse(&retry).await;
            (error.kind(), error.to_string())
        };
        let (not_found, invalid) = (ErrorKind::NotFound, ErrorKind::Invalid);
        assert_eq!(told(RetryRun::of("flop")).await, (not_found, "there is no workflow run 'flop'; near to it: flow".to_owned()));
        let step = |name: &str| RetryRun { step: Some(name.to_owned()), ..RetryRun::of("flow") };
        assert_eq!(told(step("c")).await, (not_found, "there is no failed step 'c'".to_owned()));
        for attempts in [0, 101, -1] {
            let (kind, text) = told(RetryRun { attempts, ..RetryRun::of("flow") }).await;
            assert_eq!((kind, text), (invalid, format!("attempts: must be between 1 and 100, not '{attempts}'")));
        }
        let text = "workflow run other is running: resume is not possible; possible: pause, complete, fail, cancel";
        assert_eq!(told(RetryRun { run: Ref::from("other"), ..RetryRun::of("flow") }).await, (ErrorKind::Conflict, text.to_owned()));
    }
}
