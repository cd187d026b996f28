//! Attempts of a step: when the next one begins, and when there is none.

use std::time::{Duration, Instant};

use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::{Drive, RunOptions, Step, StepError};
use support::{TestDb, both};

use super::common::{Calls, drive, end_pauses, kinds, lapse_run, run_row, step_row, until};

both! {
    /// Each attempt is watched until its failure is stored; then the runner is dropped and the pause ended by hand.
    async fn the_pause_doubles_with_each_attempt_up_to_an_hour_with_jitter(t: TestDb) {
        let seed = t.seed().await;
        let mut factors = Vec::new();
        for round in 0..4 {
            let id = format!("pause-{round}");
            for (attempt, longest) in [(1, 1500.0), (2, 3000.0), (3, 3600.0)] {
                let (board, name) = (seed.board.clone(), id.clone());
                let runner = tokio::spawn(async move {
                    drive(&board, &name, RunOptions::default(), |run| Box::pin(async move {
                        let step = Step::new("flaky").attempts(9).backoff(Duration::from_secs(1500));
                        run.step(step, || async { Err::<(), _>(StepError::new("no luck")) }).await?;
                        Ok(())
                    })).await
                });
                let (raw, name) = (&seed.raw, id.as_str());
                until("the attempt has failed", || async move {
                    kinds(raw, name).await.iter().filter(|kind| *kind == "step_fail").count() == attempt
                }).await;
                let step = step_row(raw, name, "flaky").await;
                assert_eq!((step.status, step.attempt), (StepStatus::Failed, attempt as i64));
                assert_eq!(step.error_context.expect("why")["message"], "no luck");
                let pause = step.next_attempt_at.expect("a next attempt") - step.completed_at.expect("an end");
                let factor = pause.as_seconds_f64() / longest;
                assert!((0.4999..1.01).contains(&factor), "attempt {attempt}: {pause} is {factor} of {longest} s");
                factors.push(factor);
                runner.abort();
                // Ended, so that nothing of it is under way when the lease is moved.
                let _ = runner.await;
                lapse_run(raw, name).await;
                end_pauses(raw, name).await;
            }
        }
        factors.sort_by(f64::total_cmp);
        let spread = factors[factors.len() - 1] - factors[0];
        assert!(spread > 0.1, "no jitter: {factors:?}");
    }

    async fn an_attempt_does_not_begin_before_its_time_and_the_last_one_counts(t: TestDb) {
        let seed = t.seed().await;
        let (calls, begun) = (Calls::default(), Instant::now());
        let counted = calls.clone();
        let end = drive(&seed.board, "thrice", RunOptions::default(), |run| Box::pin(async move {
            let step = Step::new("flaky").attempts(3).backoff(Duration::from_millis(200));
            let got = run.step(step, || async {
                match counted.add() {
                    2 => Ok("third"),
                    n => Err(StepError::new(format!("attempt {n}"))),
                }.map(str::to_owned)
            }).await?;
            run.output("got", got).await?;
            Ok(())
        })).await.expect("drive");
        assert_eq!(end.run().status, RunStatus::Completed);
        // 100 to 200 and 200 to 400 milliseconds.
        assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
        assert_eq!(calls.count(), 3);
        let step = step_row(&seed.raw, "thrice", "flaky").await;
        assert_eq!((step.status, step.attempt, step.max_attempts), (StepStatus::Completed, 3, 3));
        assert_eq!((step.next_attempt_at, step.error_context), (None, None));
        let ends: Vec<_> = kinds(&seed.raw, "thrice").await.into_iter().filter(|k| k.starts_with("step_")).collect();
        assert_eq!(ends, [
            "step_added", "step_start", "step_fail", "step_start", "step_fail", "step_start", "step_complete",
        ]);
    }

    async fn after_the_last_attempt_the_run_fails(t: TestDb) {
        let seed = t.seed().await;
        let end = drive(&seed.board, "twice", RunOptions::default(), |run| Box::pin(async {
            let step = Step::new("hopeless").attempts(2).backoff(Duration::from_millis(1));
            run.step(step, || async { Err::<(), _>(StepError::new("out of coffee")) }).await?;
            Ok(())
        })).await.expect("drive");
        let Drive::Failed(run) = end else { panic!("{end:?}") };
        let message = run.error_message.expect("a message");
        assert_eq!(message, "step 'hopeless' of run 'twice' failed after 2 attempts: out of coffee");
        let step = step_row(&seed.raw, "twice", "hopeless").await;
        assert_eq!((step.status, step.attempt, step.next_attempt_at), (StepStatus::Failed, 2, None));
        assert_eq!(run_row(&seed.raw, "twice").await.steps_completed, 0);
    }

    async fn a_permanent_error_is_not_retried(t: TestDb) {
        let seed = t.seed().await;
        let calls = Calls::default();
        let counted = calls.clone();
        let end = drive(&seed.board, "never", RunOptions::default(), |run| Box::pin(async move {
            run.step(Step::new("refused").attempts(5).backoff(Duration::ZERO), || async {
                counted.add();
                Err::<(), _>(StepError::new("no such model").permanent())
            }).await?;
            Ok(())
        })).await.expect("drive");
        assert!(matches!(end, Drive::Failed(_)), "{end:?}");
        assert_eq!(calls.count(), 1);
        let step = step_row(&seed.raw, "never", "refused").await;
        assert_eq!((step.status, step.attempt, step.next_attempt_at), (StepStatus::Failed, 1, None));
        assert_eq!(step.error_context.expect("why")["permanent"], true);
    }
}
