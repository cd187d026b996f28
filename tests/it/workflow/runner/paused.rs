//! Paused by another process: what is under way is kept, and nothing new begins.

use std::time::Duration;

use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::{CancelRun, Drive, PauseRun, ResumeRun, RunOptions, Step, StepError};
use callboard_service::{Actor, Callboard, DatabaseUrl, Error, OpenOptions};
use support::{TestDb, both, child};

use super::common::{Calls, drive, quick, run_row, step_row, until};

child! {
    /// Another process that moves a run. Arguments: URL, what to do, the run's id.
    async fn other(args: Vec<String>) {
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, OpenOptions::default()).await.expect("open the board");
        let run = args[2].as_str();
        match args[1].as_str() {
            "pause" => drop(board.run(Actor::SYSTEM, &PauseRun { run: run.into(), reason: None }).await.expect("pause")),
            "resume" => drop(board.run(Actor::SYSTEM, &ResumeRun { run: run.into() }).await.expect("resume")),
            "cancel" => drop(board.run(Actor::SYSTEM, &CancelRun { run: run.into(), reason: None }).await.expect("cancel")),
            what => panic!("{what}?"),
        }
    }
}

fn tell(t: &TestDb, what: &str, run: &str) {
    other(t.dir()).args([t.url(), what, run]).run().ok();
}

/// Two steps; the first one does what it is given meanwhile.
async fn two<F>(board: &Callboard, id: &str, calls: &Calls, options: RunOptions, meanwhile: F) -> Result<Drive, Error>
where
    F: Fn() + Send + Sync + 'static,
{
    let calls = calls.clone();
    drive(board, id, options, |run| {
        Box::pin(async move {
            run.step("one", || async {
                calls.add();
                tokio::task::block_in_place(&meanwhile);
                Ok::<_, StepError>(1)
            })
            .await?;
            run.step("two", || async { Ok::<_, StepError>(2) }).await?;
            Ok(())
        })
    })
    .await
}

both! {
    async fn the_step_under_way_is_kept_and_the_drive_ends(t: TestDb) {
        let seed = t.seed().await;
        let calls = Calls::default();
        let (board, counted, test) = (seed.board.clone(), calls.clone(), t.clone());
        let end = tokio::spawn(async move {
            two(&board, "paused", &counted, RunOptions::default(), move || tell(&test, "pause", "paused")).await
        });
        let end = end.await.expect("it ends").expect("drive");
        let Drive::Paused(run) = end else { panic!("{end:?}") };
        assert_eq!((run.status, run.runner_id, run.lease_expires_at), (RunStatus::Paused, None, None));
        let one = step_row(&seed.raw, "paused", "one").await;
        assert_eq!((one.status, one.output), (StepStatus::Completed, Some(1.into())));
        assert_eq!(run_row(&seed.raw, "paused").await.steps_completed, 1);

        let refused = two(&seed.board, "paused", &calls, RunOptions::default(), || {}).await.expect_err("paused");
        assert!(matches!(&refused, Error::Transition { from, .. } if from == "paused"), "{refused}");
        tell(&t, "resume", "paused");
        let end = two(&seed.board, "paused", &calls, RunOptions::default(), || {}).await.expect("drive");
        end.completed().expect("completed");
        assert_eq!((calls.count(), run_row(&seed.raw, "paused").await.steps_completed), (1, 2));
    }

    /// The heartbeat has seen the pause, and not yet that it was taken back.
    async fn a_pause_that_was_taken_back_stops_nothing(t: TestDb) {
        let seed = t.seed().await;
        let (board, test) = (seed.board.clone(), t.clone());
        let end = tokio::spawn(async move {
            // Beats every second: the next one comes after the resume and the second step.
            let options = RunOptions { lease: Duration::from_secs(3), ..RunOptions::default() };
            two(&board, "taken-back", &Calls::default(), options, move || {
                tell(&test, "pause", "taken-back");
                std::thread::sleep(Duration::from_millis(1100));
                tell(&test, "resume", "taken-back");
            }).await
        });
        end.await.expect("it ends").expect("drive").completed().expect("completed");
    }

    async fn a_wait_for_the_next_attempt_ends_with_the_pause(t: TestDb) {
        let seed = t.seed().await;
        let board = seed.board.clone();
        let end = tokio::spawn(async move {
            drive(&board, "waits", quick(), |run| Box::pin(async {
                let step = Step::new("flaky").backoff(Duration::from_secs(600));
                run.step(step, || async { Err::<(), _>(StepError::new("no luck")) }).await?;
                Ok(())
            })).await
        });
        let kinds = || super::common::kinds(&seed.raw, "waits");
        until("the attempt has failed", || async { kinds().await.iter().any(|kind| kind == "step_fail") }).await;
        tell(&t, "pause", "waits");
        let end = tokio::time::timeout(Duration::from_secs(10), end).await.expect("it does not wait on");
        let end = end.expect("it ends").expect("drive");
        assert!(matches!(end, Drive::Paused(_)), "{end:?}");
        assert_eq!(step_row(&seed.raw, "waits", "flaky").await.attempt, 1);
    }

    async fn a_step_that_fails_while_its_run_is_paused_is_kept_as_failed(t: TestDb) {
        let seed = t.seed().await;
        let (board, test) = (seed.board.clone(), t.clone());
        let end = tokio::spawn(async move {
            drive(&board, "sad", RunOptions::default(), |run| Box::pin(async move {
                run.step(Step::new("one").attempts(1), || async {
                    tokio::task::block_in_place(|| tell(&test, "pause", "sad"));
                    Err::<(), _>(StepError::new("no luck"))
                }).await?;
                Ok(())
            })).await
        });
        let end = end.await.expect("it ends").expect("drive");
        assert!(matches!(end, Drive::Paused(_)), "{end:?}");
        assert_eq!(step_row(&seed.raw, "sad", "one").await.status, StepStatus::Failed);
        let error = seed.board.run(seed.me, &ResumeRun { run: "sad".into() }).await.expect_err("its step is dead");
        assert!(error.to_string().contains("used up its attempts"), "{error}");
    }

    async fn a_cancelled_step_is_dropped_and_its_run_lost(t: TestDb) {
        struct Dropped(Calls);
        impl Drop for Dropped {
            fn drop(&mut self) {
                self.0.add();
            }
        }
        let seed = t.seed().await;
        let (board, begun, dropped) = (seed.board.clone(), Calls::default(), Calls::default());
        let (counted, guard) = (begun.clone(), dropped.clone());
        let end = tokio::spawn(async move {
            drive(&board, "cancelled", quick(), |run| Box::pin(async move {
                run.step("kept", || async { Ok::<_, StepError>(1) }).await?;
                run.step("endless", || async {
                    let _dropped = Dropped(guard.clone());
                    counted.add();
                    std::future::pending::<Result<(), StepError>>().await
                }).await?;
                Ok(())
            })).await
        });
        until("the step runs", || async { begun.count() == 1 }).await;
        tell(&t, "cancel", "cancelled");
        let end = tokio::time::timeout(Duration::from_secs(10), end).await.expect("it is dropped").expect("it ends");
        let Err(Error::RunLost { why, .. }) = end else { panic!("{end:?}") };
        assert_eq!((why.as_str(), dropped.count()), ("it is cancelled", 1));
        let run = run_row(&seed.raw, "cancelled").await;
        assert_eq!((run.status, run.steps_completed, run.runner_id), (RunStatus::Cancelled, 1, None));
        assert_eq!(step_row(&seed.raw, "cancelled", "kept").await.status, StepStatus::Completed);
        assert_eq!(step_row(&seed.raw, "cancelled", "endless").await.status, StepStatus::Cancelled);
        let again = two(&seed.board, "cancelled", &begun, RunOptions::default(), || {}).await.expect("drive");
        assert!(matches!(again, Drive::Cancelled(_)), "{again:?}");
    }
}
