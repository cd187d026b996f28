//! One of two processes drives a run; the other is told who does.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use callboard_service::entity::{WorkflowRunStatus as RunStatus, workflow_runs as runs};
use callboard_service::workflow::{Drive, NewRun, RunOptions, StepError};
use callboard_service::{Actor, Callboard, Conflict, DatabaseUrl, Error, OpenOptions};
use chrono::Utc;
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};
use support::cli::Background;
use support::{TestDb, both, child};
use tokio::sync::Barrier;

use super::common::{assert_gapless, event_rows, lapse_run, run_row, until};

const ROUNDS: usize = 8;

child! {
    /// Drives a run whose step waits for a file of the run's name. Arguments: URL, the run's id.
    async fn driver(args: Vec<String>) {
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, OpenOptions::default()).await.expect("open the board");
        let options = RunOptions { runner: Some(format!("process {}", std::process::id())), ..RunOptions::default() };
        let run = NewRun::new("held", args[1].as_str());
        let file = args[1].clone();
        let drive = board.drive(Actor::SYSTEM, &run, options, |run| Box::pin(async move {
            run.step("wait", || async {
                println!("driving");
                while !Path::new(&file).exists() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Ok::<(), StepError>(())
            }).await?;
            Ok(())
        })).await;
        match drive {
            Ok(Drive::Completed { already: false, .. }) => println!("completed"),
            Err(Error::Conflict(Conflict::RunHeld { runner, .. })) => println!("held by {runner}"),
            other => panic!("neither: {other:?}"),
        }
    }
}

both! {
    /// Every round twice at once: the run is new, and then it is one whose runner was killed.
    async fn of_two_processes_one_drives(t: TestDb) {
        let raw = t.raw().await;
        for round in 0..ROUNDS {
            let id = format!("run-{round}");
            let program = || driver(t.dir()).args([t.url().to_owned(), id.clone()]);
            let interrupted = round % 2 == 1;
            if interrupted {
                let mut first = program().spawn();
                first.wait_for("driving");
                assert_eq!(first.kill().signal, Some(9));
                lapse_run(&raw, &id).await;
            }
            let mut two = [program().spawn(), program().spawn()];
            let deadline = std::time::Instant::now() + Duration::from_secs(60);
            while two.iter_mut().all(Background::is_running) {
                assert!(std::time::Instant::now() < deadline, "nobody was refused");
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            let [mut a, b] = two;
            let (mut winner, loser) = if a.is_running() { (a, b) } else { (b, a) };
            winner.wait_for("driving");
            let refused = loser.wait(Duration::from_secs(10)).ok();
            assert_eq!(refused.stdout.trim(), format!("held by process {}", winner.id()));
            assert!(winner.is_running(), "it drives while the other is refused");
            std::fs::write(t.dir().join(&id), "").expect("let it go on");
            assert_eq!(winner.wait(Duration::from_secs(20)).ok().stdout, "driving\ncompleted\n");
            let run = run_row(&raw, &id).await;
            assert_eq!((run.status, run.run_epoch), (RunStatus::Completed, 1 + i64::from(interrupted)));
            let ledger = event_rows(&raw, run.id).await;
            assert_gapless(&run, &ledger);
            assert_eq!(ledger.iter().filter(|event| event.kind == "taken").count(), 1 + usize::from(interrupted));
        }
    }

    /// The control: who looks at the lease first and writes then, with nothing in between, is not alone.
    async fn without_the_lock_both_take_it(t: TestDb) {
        let raw = t.raw().await;
        let board = t.board().await;
        let drive = super::common::drive(&board, "free", RunOptions::default(), |run| Box::pin(async move {
            run.step("one", || async { Err::<(), _>(StepError::new("no").permanent()) }).await?;
            Ok(())
        })).await.expect("drive");
        assert!(matches!(drive, Drive::Failed(_)));
        let mut both = 0;
        for _ in 0..20 {
            let barrier = Arc::new(Barrier::new(2));
            let two: Vec<_> = ["a", "b"]
                .into_iter()
                .map(|name| tokio::spawn(unguarded(raw.clone(), name, Arc::clone(&barrier))))
                .collect();
            let mut took = 0;
            for one in two {
                took += usize::from(one.await.expect("it ends"));
            }
            both += usize::from(took == 2);
            let free = runs::ActiveModel { runner_id: Set(None), lease_expires_at: Set(None), ..Default::default() };
            runs::Entity::update_many().set(free).exec(&raw).await.expect("free it");
        }
        assert!(both > 0, "the race was never hit: the test above would prove nothing");
        until("the run is free", || async { run_row(&raw, "free").await.runner_id.is_none() }).await;
    }
}

/// Takes the run if nobody has it, as of a look that held nothing.
async fn unguarded(raw: DatabaseConnection, name: &str, barrier: Arc<Barrier>) -> bool {
    let free = run_row(&raw, "free").await.runner_id.is_none();
    barrier.wait().await;
    if free {
        let until = Some(Utc::now() + chrono::TimeDelta::seconds(30));
        let mine = runs::ActiveModel {
            runner_id: Set(Some(name.to_owned())),
            lease_expires_at: Set(until),
            ..Default::default()
        };
        let take = runs::Entity::update_many().set(mine).filter(runs::Column::WorkflowId.eq("free"));
        assert_eq!(take.exec(&raw).await.expect("take").rows_affected, 1);
    }
    free
}
