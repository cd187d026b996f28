//! Callbacks: the run and each attempt of its steps tell of their start and their end.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus};
use callboard_service::workflow::{Drive, Happened, RunOptions, Step, StepError};
use callboard_service::{Callboard, Error};
use support::{TestDb, both};

use super::common::{Calls, drive, run_row};

async fn observed(board: &Callboard, id: &str, calls: &Calls, fails: bool) -> (Result<Drive, Error>, Vec<Happened>) {
    let told: Arc<Mutex<Vec<Happened>>> = Arc::default();
    let list = Arc::clone(&told);
    let options = RunOptions::default().observe(move |happened| list.lock().expect("lock").push(happened.clone()));
    let calls = calls.clone();
    let end = drive(board, id, options, |run| {
        Box::pin(async move {
            let step = Step::new("flaky").attempts(2).backoff(Duration::from_millis(1));
            run.step(step, || async { if calls.add() == 0 { Err(StepError::new("not yet")) } else { Ok(1) } }).await?;
            if fails {
                return Err(StepError::new("for now"));
            }
            run.step_tx("stored", |_| Box::pin(async { Ok(2) })).await?;
            Ok(())
        })
    })
    .await;
    let told = told.lock().expect("lock").clone();
    (end, told)
}

both! {
    async fn in_order_and_again_when_it_is_resumed(t: TestDb) {
        let seed = t.seed().await;
        let calls = Calls::default();
        let (end, told) = observed(&seed.board, "told", &calls, true).await;
        assert!(matches!(end, Ok(Drive::Failed(_))), "{end:?}");
        let run = run_row(&seed.raw, "told").await.id;
        let started = |step: &str, attempt| Happened::StepStarted { run, step: step.to_owned(), attempt };
        let ended = |step: &str, attempt, error: Option<&str>| Happened::StepEnded {
            run,
            step: step.to_owned(),
            attempt,
            status: if error.is_some() { StepStatus::Failed } else { StepStatus::Completed },
            error: error.map(str::to_owned),
        };
        assert_eq!(told, [
            Happened::RunStarted { run, again: false },
            started("flaky", 1),
            ended("flaky", 1, Some("not yet")),
            started("flaky", 2),
            ended("flaky", 2, None),
            Happened::RunEnded { run, status: RunStatus::Failed },
        ]);

        seed.must(&callboard_service::workflow::ResumeRun { run: "told".into() }).await;
        let (end, told) = observed(&seed.board, "told", &calls, false).await;
        end.expect("drive").completed().expect("completed");
        assert_eq!(told, [
            Happened::RunStarted { run, again: true },
            // It was done before: nothing is run.
            ended("flaky", 0, None),
            started("stored", 1),
            ended("stored", 1, None),
            Happened::RunEnded { run, status: RunStatus::Completed },
        ]);
        assert_eq!(calls.count(), 2);
    }

    async fn one_that_panics_harms_nothing(t: TestDb) {
        let seed = t.seed().await;
        let calls = Calls::default();
        let counted = calls.clone();
        let options = RunOptions::default().observe(move |_| {
            counted.add();
            panic!("part of the test");
        });
        let end = drive(&seed.board, "calm", options, |run| Box::pin(async {
            run.step("one", || async { Ok::<_, StepError>(()) }).await?;
            Ok(())
        })).await.expect("drive");
        assert_eq!(end.run().status, RunStatus::Completed);
        assert_eq!(calls.count(), 4);
    }
}
