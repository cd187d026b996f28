//! What a runner writes after its run was taken from it is refused and changes nothing.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use callboard_service::entity::{WorkflowRunStatus as RunStatus, workflow_steps as steps};
use callboard_service::workflow::{Drive, Happened, NewRun, Run, RunOptions, StepError};
use callboard_service::{Actor, Callboard, DatabaseUrl, Error, OpenOptions, Synchronous, Tx};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseConnection, EntityTrait, QueryFilter, Statement};
use serde_json::json;
use support::{TestDb, both, child};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

use super::common::{Calls, drive, everything, lapse_run, output_rows, run_row, step_row, until};

const ROUNDS: usize = 100;

/// What the runner is about to write when its run is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Late {
    Step,
    StepTx,
    Output,
    Finish,
}

/// A runner that takes the run over, and drives it on once it is let.
struct Taker {
    go_on: Arc<Notify>,
    drive: JoinHandle<Result<Drive, Error>>,
}

/// Lets the lease run out; another runner takes the run and holds it.
async fn take_over(raw: DatabaseConnection, board: Callboard, id: String, late: Late) -> (Taker, Vec<String>) {
    lapse_run(&raw, &id).await;
    let (held, holds) = oneshot::channel();
    let go_on = Arc::new(Notify::new());
    let wait = Arc::clone(&go_on);
    let name = id.clone();
    let task = tokio::spawn(async move {
        drive(&board, &name, RunOptions::default(), |run| {
            Box::pin(async move {
                held.send(()).expect("the test listens");
                wait.notified().await;
                work(run, late, "fresh").await
            })
        })
        .await
    });
    holds.await.expect("the run is taken");
    let before = everything(&raw, &id).await;
    (Taker { go_on, drive: task }, before)
}

/// The workflow, as both runners have it.
async fn work(run: &mut Run, late: Late, value: &'static str) -> Result<(), StepError> {
    let id = run.row().workflow_id.clone();
    match late {
        Late::Step => {
            run.step("write", || async { Ok::<_, StepError>(value.to_owned()) }).await?;
        }
        Late::StepTx => {
            run.step_tx("write", |tx| {
                let id = id.clone();
                Box::pin(async move {
                    effect(tx, &id, value).await?;
                    Ok(value.to_owned())
                })
            })
            .await?;
        }
        Late::Output => run.output("write", value).await?,
        Late::Finish => {}
    }
    Ok(())
}

async fn effect(tx: &Tx, id: &str, value: &str) -> Result<(), StepError> {
    let conn = tx.connection();
    let sql = "INSERT INTO app_effects (run, value) VALUES ($1, $2)";
    conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, [id.into(), value.into()]))
        .await?;
    Ok(())
}

async fn effects(raw: &DatabaseConnection, id: &str) -> Vec<String> {
    let sql = "SELECT value FROM app_effects WHERE run = $1";
    let found = raw.query_all_raw(Statement::from_sql_and_values(raw.get_database_backend(), sql, [id.into()])).await;
    found.expect("read").iter().map(|row| row.try_get("", "value").expect("a value")).collect()
}

both! {
    async fn a_hundred_late_writes_of_a_hundred_are_refused(t: TestDb) {
        let seed = t.seed().await;
        seed.sql("CREATE TABLE app_effects (run text NOT NULL, value text NOT NULL)").await;
        let options = || OpenOptions { synchronous: Synchronous::Normal, ..OpenOptions::default() };
        let (ours, theirs) = (t.board_with(options()).await, t.board_with(options()).await);
        let mut refused = 0;
        for round in 0..ROUNDS {
            let late = [Late::Step, Late::StepTx, Late::Output, Late::Finish][round % 4];
            let id = format!("late-{round}");
            let (send, taken) = std::sync::mpsc::channel();
            let take = {
                let (raw, board, id) = (seed.raw.clone(), theirs.clone(), id.clone());
                move || {
                    let task = tokio::spawn(take_over(raw.clone(), board.clone(), id.clone(), late));
                    let send = send.clone();
                    // Blocks the runner between its last look at the run and its write.
                    tokio::task::block_in_place(|| {
                        let done = tokio::runtime::Handle::current().block_on(task).expect("taken over");
                        send.send(done).expect("the test listens");
                    });
                }
            };
            let at_step = matches!(late, Late::Step | Late::StepTx);
            let observed = take.clone();
            let options = RunOptions::default().observe(move |happened| {
                if at_step && matches!(happened, Happened::StepStarted { .. }) {
                    observed();
                }
            });
            let (board, name) = (ours.clone(), id.clone());
            // In a task of the runtime, because the observer blocks its thread.
            let drive = tokio::spawn(async move {
                drive(&board, &name, options, |run| Box::pin(async move {
                    if !at_step {
                        take();
                    }
                    work(run, late, "late").await
                })).await
            });
            let error = drive.await.expect("the drive ends").expect_err("the run was taken");
            let (taker, before) = taken.recv().expect("the run was taken");
            assert!(matches!(error, Error::RunLost { .. }), "{late:?}: {error}");
            assert_eq!(everything(&seed.raw, &id).await, before, "{late:?} changed something");
            assert_eq!(effects(&seed.raw, &id).await, Vec::<String>::new());
            refused += 1;
            // What the run becomes is the new runner's.
            taker.go_on.notify_one();
            taker.drive.await.expect("it ends").expect("drive").completed().expect("completed");
            let run = run_row(&seed.raw, &id).await;
            match late {
                Late::Step => assert_eq!(step_row(&seed.raw, &id, "write").await.output, Some(json!("fresh"))),
                Late::StepTx => assert_eq!(effects(&seed.raw, &id).await, ["fresh"]),
                Late::Output => {
                    assert_eq!(output_rows(&seed.raw, run.id).await, [("write".to_owned(), "fresh".to_owned())]);
                }
                Late::Finish => assert_eq!(run.run_epoch, 2),
            }
        }
        assert_eq!(refused, ROUNDS);
    }

    /// The control: a write that does not look at the epoch replaces what the new runner stored.
    async fn without_the_epoch_a_late_write_replaces_the_new_one(t: TestDb) {
        let seed = t.seed().await;
        let (reached, stuck) = oneshot::channel();
        let board = seed.board.clone();
        let first = tokio::spawn(async move {
            let reached = std::sync::Mutex::new(Some(reached));
            drive(&board, "late", RunOptions::default(), |run| Box::pin(async move {
                run.step("write", || async {
                    reached.lock().expect("lock").take().expect("once").send(()).expect("the test listens");
                    std::future::pending::<Result<String, StepError>>().await
                }).await?;
                Ok(())
            })).await
        });
        stuck.await.expect("the step runs");
        let (taker, _) = take_over(seed.raw.clone(), seed.board.clone(), "late".to_owned(), Late::Step).await;
        taker.go_on.notify_one();
        taker.drive.await.expect("it ends").expect("drive").completed().expect("completed");
        let step = step_row(&seed.raw, "late", "write").await;
        assert_eq!(step.output, Some(json!("fresh")));
        // What the first runner would write without the fence, by the step's id.
        let late = steps::ActiveModel { output: Set(Some(json!("late"))), ..Default::default() };
        steps::Entity::update_many().set(late).filter(steps::Column::Id.eq(step.id)).exec(&seed.raw).await.expect("write");
        assert_eq!(step_row(&seed.raw, "late", "write").await.output, Some(json!("late")));
        first.abort();
    }

    /// A process that stood still wakes up while another drives its run, or after that has driven it to the end.
    async fn a_stopped_process_wakes_up_to_a_lost_run(t: TestDb) {
        let (board, raw) = (t.board().await, t.raw().await);
        for round in 0..6 {
            let id = format!("stopped-{round}");
            let mut stopped = sleeper(t.dir()).args([t.url().to_owned(), id.clone()]).spawn();
            stopped.wait_for("in the step");
            stopped.stop();
            lapse_run(&raw, &id).await;
            let (begun, go_on) = (Calls::default(), Arc::new(Notify::new()));
            let (counted, wait) = (begun.clone(), Arc::clone(&go_on));
            let (board, name) = (board.clone(), id.clone());
            let second = tokio::spawn(async move {
                drive(&board, &name, RunOptions::default(), |run| Box::pin(async move {
                    run.step("sleep", || async {
                        counted.add();
                        wait.notified().await;
                        Ok::<_, StepError>("fresh".to_owned())
                    }).await?;
                    run.output("by", "the second").await?;
                    Ok(())
                })).await
            });
            until("the second is at the step", || async { begun.count() == 1 }).await;
            let after_its_end = round % 2 == 0;
            if after_its_end {
                go_on.notify_one();
                until("it has ended", || async { run_row(&raw, &id).await.status == RunStatus::Completed }).await;
            }
            let before = everything(&raw, &id).await;
            assert!(stopped.is_running());
            std::fs::write(t.dir().join(&id), "").expect("let it go on");
            stopped.go_on();
            let output = stopped.wait(Duration::from_secs(20)).ok();
            assert!(output.stdout.contains("lost"), "{output}");
            assert_eq!(everything(&raw, &id).await, before);
            if !after_its_end {
                go_on.notify_one();
            }
            let run = second.await.expect("it ends").expect("drive").completed().expect("completed");
            assert_eq!(output_rows(&raw, run.id).await, [("by".to_owned(), "the second".to_owned())]);
            assert_eq!(step_row(&raw, &id, "sleep").await.output, Some(json!("fresh")));
        }
    }
}

child! {
    /// Drives a run whose step waits for a file of the run's name. Arguments: URL, the run's id.
    async fn sleeper(args: Vec<String>) {
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, OpenOptions::default()).await.expect("open the board");
        let file = args[1].clone();
        let run = NewRun::new("test", args[1].as_str());
        let drive = board.drive(Actor::SYSTEM, &run, RunOptions::default(), |run| Box::pin(async move {
            run.step("sleep", || async {
                println!("in the step");
                while !Path::new(&file).exists() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                Ok::<_, StepError>("late".to_owned())
            }).await?;
            run.output("by", "the first").await?;
            Ok(())
        })).await;
        match drive {
            Err(Error::RunLost { .. }) => println!("lost"),
            other => panic!("not lost: {other:?}"),
        }
    }
}
