//! Heartbeats keep a run while it is driven; where they stop, it is interrupted.

use std::time::Duration;

use callboard_service::workflow::{ListRuns, RunOptions, ShowRun, StepError};
use callboard_service::{Conflict, Error};
use chrono::TimeDelta;
use support::{Seed, TestDb, both};

use super::common::{Calls, drive, lapse_run, quick, run_row, until};

async fn interrupted(seed: &Seed) -> Vec<String> {
    let page = seed.board.read(&ListRuns { interrupted: true, ..ListRuns::default() }).await.expect("list");
    assert!(page.rows.iter().all(|listed| listed.interrupted));
    page.rows.into_iter().map(|listed| listed.run.workflow_id).collect()
}

both! {
    async fn a_step_longer_than_the_lease_keeps_its_run(t: TestDb) {
        let seed = t.seed().await;
        let board = seed.board.clone();
        let options = RunOptions { runner: Some("patient".to_owned()), ..quick() };
        let runner = tokio::spawn(async move {
            drive(&board, "long", options, |run| Box::pin(async {
                run.step("long", || async {
                    tokio::time::sleep(Duration::from_millis(2500)).await;
                    Ok::<_, StepError>(())
                }).await?;
                Ok(())
            })).await
        });
        let (raw, other) = (&seed.raw, t.board().await);
        until("the run has a lease", || async {
            let listed = seed.board.read(&ListRuns::default()).await.expect("list").rows;
            listed.first().is_some_and(|listed| listed.run.lease_expires_at.is_some())
        }).await;
        let first = run_row(raw, "long").await.lease_expires_at.expect("a lease");
        // Past the end of the first lease, by the clock that it is judged by.
        tokio::time::sleep(Duration::from_millis(1500)).await;
        let later = run_row(raw, "long").await.lease_expires_at.expect("a lease");
        assert!(later > first + TimeDelta::milliseconds(900), "{first} was not extended: {later}");
        let held = drive(&other, "long", RunOptions::default(), |_| Box::pin(async { Ok(()) })).await.expect_err("held");
        assert!(matches!(&held, Error::Conflict(Conflict::RunHeld { runner, .. }) if runner == "patient"), "{held}");
        assert_eq!(interrupted(&seed).await, Vec::<String>::new());
        runner.await.expect("it ends").expect("drive").completed().expect("completed");
        let run = run_row(raw, "long").await;
        assert_eq!((run.run_epoch, run.runner_id, run.lease_expires_at), (1, None, None));
    }

    /// The runner is dropped as a crash drops it; nothing extends its lease from then on.
    async fn interrupted_runs_are_listed_until_somebody_takes_them(t: TestDb) {
        let seed = t.seed().await;
        let (board, calls) = (seed.board.clone(), Calls::default());
        let begun = calls.clone();
        let runner = tokio::spawn(async move {
            drive(&board, "crashed", quick(), |run| Box::pin(async move {
                run.step("one", || async {
                    begun.add();
                    std::future::pending::<Result<(), StepError>>().await
                }).await?;
                Ok(())
            })).await
        });
        until("the step runs", || async { calls.count() == 1 }).await;
        assert_eq!(interrupted(&seed).await, Vec::<String>::new());
        runner.abort();
        let _ = runner.await;
        lapse_run(&seed.raw, "crashed").await;
        assert_eq!(interrupted(&seed).await, ["crashed"]);
        let shown = seed.board.read(&ShowRun { run: "crashed".into() }).await.expect("show");
        assert!(shown.interrupted);
        // No heartbeat of the dropped runner brings it back.
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert_eq!(interrupted(&seed).await, ["crashed"]);

        let end = drive(&seed.board, "crashed", RunOptions::default(), |run| Box::pin(async {
            run.step("one", || async { Ok::<_, StepError>(()) }).await?;
            Ok(())
        })).await.expect("drive");
        end.completed().expect("completed");
        assert_eq!(interrupted(&seed).await, Vec::<String>::new());
    }
}
