//! A failed run keeps what it has, and goes on from there.

use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::{Drive, ResumeRun, RetryRun, RunOptions, Step, StepError};
use callboard_service::{Callboard, Conflict, Error};
use support::{TestDb, both};

use super::common::{Calls, assert_gapless, drive, event_rows, output_rows, run_row, step_row};

/// Three steps and an output; the last step fails as often as it is told to.
async fn attempt(board: &Callboard, calls: &Calls, failures: usize) -> Result<Drive, Error> {
    let calls = calls.clone();
    drive(board, "report", RunOptions::default(), |run| {
        Box::pin(async move {
            for name in ["collect", "sort"] {
                run.step(name, || async {
                    calls.add();
                    Ok::<_, StepError>(name.to_owned())
                })
                .await?;
            }
            run.output("sorted", "yes").await?;
            let step = Step::new("write").attempts(1);
            run.step(step, || async {
                if calls.add() < 2 + failures { Err(StepError::new("no ink")) } else { Ok(()) }
            })
            .await?;
            Ok(())
        })
    })
    .await
}

both! {
    async fn what_was_done_is_kept_and_not_done_again(t: TestDb) {
        let seed = t.seed().await;
        let calls = Calls::default();
        let end = attempt(&seed.board, &calls, 1).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        assert_eq!((run.steps_completed, run.runner_id), (2, None));
        assert_eq!(run.error_message.as_deref(), Some("step 'write' of run 'report' failed after 1 attempts: no ink"));
        assert_eq!(output_rows(&seed.raw, run.id).await, [("sorted".to_owned(), "yes".to_owned())]);

        let refused = attempt(&seed.board, &calls, 1).await.expect_err("it has failed");
        assert!(matches!(&refused, Error::Transition { from, .. } if from == "failed"), "{refused}");
        let refused = seed.board.run(seed.me, &ResumeRun { run: "report".into() }).await.expect_err("exhausted");
        assert!(
            matches!(&refused, Error::Conflict(Conflict::Exhausted { steps, .. }) if *steps == ["write"]),
            "{refused}"
        );

        seed.must(&RetryRun::of("report")).await;
        let run = run_row(&seed.raw, "report").await;
        assert_eq!((run.status, run.error_message), (RunStatus::Running, None));
        attempt(&seed.board, &calls, 1).await.expect("drive").completed().expect("completed");
        assert_eq!(calls.count(), 4, "the steps that were done before ran again");
        let run = run_row(&seed.raw, "report").await;
        assert_eq!(run.steps_completed, 3);
        assert_eq!(output_rows(&seed.raw, run.id).await.len(), 1);
        let write = step_row(&seed.raw, "report", "write").await;
        assert_eq!((write.status, write.attempt, write.max_attempts), (StepStatus::Completed, 2, 2));
        assert_gapless(&run, &event_rows(&seed.raw, run.id).await);
    }

    /// What was not done is not called done.
    async fn an_error_that_the_code_swallows_still_fails_the_run(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "hides", RunOptions::default(), |run| Box::pin(async {
            let hidden = run.step(Step::new("broken").attempts(1), || async {
                Err::<(), _>(StepError::new("no ink"))
            }).await;
            assert!(matches!(hidden, Err(Error::StepFailed { .. })), "{hidden:?}");
            run.step("next", || async { Ok::<_, StepError>(()) }).await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        assert_eq!(run.error_message.as_deref(), Some("step 'broken' is failed: no ink"));
        assert_eq!(step_row(&seed.raw, "hides", "next").await.status, StepStatus::Completed);
    }

    async fn code_that_fails_between_the_steps_fails_the_run(t: TestDb) {
        let seed = t.seed().await;
        let once = Calls::default();
        for wanted in [RunStatus::Failed, RunStatus::Completed] {
            let once = once.clone();
            let end = drive(&seed.board, "between", RunOptions::default(), |run| Box::pin(async move {
                run.step("one", || async { Ok::<_, StepError>(()) }).await?;
                if once.add() == 0 {
                    "x".parse::<u32>()?;
                }
                Ok(())
            })).await.expect("drive");
            assert_eq!(end.run().status, wanted);
            if wanted == RunStatus::Failed {
                assert_eq!(end.run().error_message.as_deref(), Some("invalid digit found in string"));
                // No step is dead: it may simply go on.
                seed.must(&ResumeRun { run: "between".into() }).await;
            }
        }
    }
}
