//! A run whose process is killed by SIGKILL, at every statement and at any time, and taken up until it ends.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use callboard_service::entity::{WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus, work_items};
use callboard_service::item::{AddItems, NewItem};
use callboard_service::workflow::{Branch, Drive, NewRun, RunOptions, StepError};
use callboard_service::{Actor, Callboard, DatabaseUrl, Error, OpenOptions, Synchronous, Tx};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, EntityTrait, Statement};
use serde_json::json;
use support::cli::{Output, Program};
use support::{Seed, TestDb, both, child};

use super::common::{assert_gapless, event_rows, lapse_run, output_rows, run_row, step_rows};

/// Runs that the parent kills at random times.
const RANDOM_RUNS: usize = 12;
/// How many runs go on side by side.
const WORKERS: usize = 4;
const STEPS: [&str; 8] = ["one", "two", "three", "four", "five", "six", "seven", "eight"];
/// Those whose effect is stored with their output.
const TRANSACTIONAL: [&str; 3] = ["two", "six", "eight"];

child! {
    /// Drives a run to its end, or until it kills itself. Arguments: URL, the run's id, the number of the statement
    /// after which it does (0: none).
    async fn driver(args: Vec<String>) {
        let left = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&left);
        let options = OpenOptions {
            // A kill is no power cut: what was written is there.
            synchronous: Synchronous::Normal,
            busy_timeout: Duration::from_secs(30),
            ..OpenOptions::default()
        };
        let options = options.on_statement(move |_| {
            if counter.load(Ordering::SeqCst) > 0 && counter.fetch_sub(1, Ordering::SeqCst) == 1 {
                die();
            }
        });
        let url = DatabaseUrl::parse(&args[0]).expect("a URL");
        let board = Callboard::open(&url, options).await.expect("open the board");
        left.store(args[2].parse().expect("a number"), Ordering::SeqCst);
        println!("open");
        let app = App { url: args[0].clone(), run: args[1].clone(), calls: PathBuf::from("calls") };
        let drive = drive(&board, app).await.expect("drive");
        assert!(matches!(drive, Drive::Completed { .. }), "{drive:?}");
    }
}

fn die() {
    let me = rustix::process::getpid();
    rustix::process::kill_process(me, rustix::process::Signal::KILL).expect("kill myself");
    // The signal may take an instant: nothing else happens in it.
    loop {
        std::thread::park();
    }
}

/// What the steps are made with.
#[derive(Clone)]
struct App {
    url: String,
    run: String,
    calls: PathBuf,
}

impl App {
    /// Notes that a step's closure ran, outside of the database.
    fn called(&self, step: &str) {
        let mut file = std::fs::File::options().create(true).append(true).open(&self.calls).expect("open the list");
        file.write_all(format!("{} {step}\n", self.run).as_bytes()).expect("write the list");
    }

    /// The effect of a step on the app's own table.
    async fn effect<C: ConnectionTrait>(&self, conn: &C, table: &str, step: &str) -> Result<(), StepError> {
        let sql = format!("INSERT INTO {table} (run, step) VALUES ($1, $2)");
        let values = [self.run.as_str().into(), step.into()];
        conn.execute_raw(Statement::from_sql_and_values(conn.get_database_backend(), sql, values)).await?;
        Ok(())
    }

    async fn in_tx(&self, tx: &Tx, step: &str) -> Result<(), StepError> {
        self.called(step);
        self.effect(tx.connection(), "app_effects", step).await
    }
}

async fn drive(board: &Callboard, app: App) -> Result<Drive, Error> {
    let new = NewRun::new("killed", app.run.as_str()).steps(8);
    board
        .drive(Actor::SYSTEM, &new, RunOptions::default(), |run| {
            Box::pin(async move {
                let app = &app;
                let one = run
                    .step("one", || async {
                        app.called("one");
                        Ok::<i64, StepError>(1)
                    })
                    .await?;
                let two = run
                    .step_tx("two", |tx| {
                        let app = app.clone();
                        Box::pin(async move {
                            app.in_tx(tx, "two").await?;
                            Ok(one + 1)
                        })
                    })
                    .await?;
                let branch = |name: &'static str, value: i64| {
                    Branch::new(name, move || async move {
                        app.called(name);
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        Ok(value)
                    })
                };
                let many = run
                    .parallel(vec![branch("three", two + 1), branch("four", two + 2), branch("five", two + 3)])
                    .await?;
                run.output("many", json!(many)).await?;
                let six = run
                    .step_tx("six", |tx| {
                        let (app, title) = (app.clone(), app.run.clone());
                        Box::pin(async move {
                            app.in_tx(tx, "six").await?;
                            tx.run(&AddItems { project: None, items: vec![NewItem::titled(title)] }).await?;
                            Ok(6_i64)
                        })
                    })
                    .await?;
                let seven = run
                    .step("seven", || async {
                        app.called("seven");
                        // The control: an effect with a connection of its own is no part of the step's end.
                        let mut options = ConnectOptions::new(app.url.as_str());
                        options.max_connections(1).sqlx_logging(false);
                        app.effect(&Database::connect(options).await?, "app_naive", "seven").await?;
                        Ok::<i64, StepError>(six + 1)
                    })
                    .await?;
                let eight = run
                    .step_tx("eight", |tx| {
                        let app = app.clone();
                        Box::pin(async move {
                            app.in_tx(tx, "eight").await?;
                            Ok(seven + 1)
                        })
                    })
                    .await?;
                run.output("sum", (one + two + many.iter().sum::<i64>() + six + seven + eight).to_string()).await?;
                Ok(())
            })
        })
        .await
}

both! {
    async fn at_every_statement_and_at_any_time(t: TestDb) {
        let seed = t.seed().await;
        for table in ["app_effects", "app_naive"] {
            seed.sql(&format!("CREATE TABLE {table} (run text NOT NULL, step text NOT NULL)")).await;
        }
        let (next, over) = (Arc::new(AtomicUsize::new(1)), Arc::new(AtomicBool::new(false)));
        let workers: Vec<_> = (0..WORKERS)
            .map(|_| tokio::spawn(at_statements(t.clone(), seed.raw.clone(), Arc::clone(&next), Arc::clone(&over))))
            .collect();
        let mut points = Vec::new();
        for worker in workers {
            points.extend(worker.await.expect("the worker ends"));
        }
        let at_statements: usize = points.iter().filter(|(_, kills)| *kills > 0).count();

        let usual = usual(&t, &mut points).await;
        let workers: Vec<_> = (0..WORKERS)
            .map(|w| tokio::spawn(at_random(t.clone(), seed.raw.clone(), w * RANDOM_RUNS / WORKERS, usual)))
            .collect();
        let mut at_random = 0;
        for worker in workers {
            let more = worker.await.expect("the worker ends");
            at_random += more.iter().map(|(_, kills)| kills).sum::<usize>();
            points.extend(more);
        }
        let kills: usize = points.iter().map(|(_, kills)| kills).sum();
        eprintln!("{:?}: {at_statements} statements, {at_random} random kills, {kills} in all", t.kind());
        assert!(at_statements >= 60, "only {at_statements} statements were killed at");
        assert!(at_random >= RANDOM_RUNS / 2, "only {at_random} kills at random times hit: the runs are too quick");
        let naive = look(&t, &seed, points.iter().map(|(id, _)| id.as_str())).await;
        // Without the transaction the effect is not the step's: this test would see it.
        assert!(naive > 0, "the effect of a plain step was never seen twice: no kill came between it and its end");
    }
}

/// Runs that are killed after their 1st, 2nd, 3rd ... statement, until one ends before.
async fn at_statements(
    t: TestDb,
    raw: DatabaseConnection,
    next: Arc<AtomicUsize>,
    over: Arc<AtomicBool>,
) -> Vec<(String, usize)> {
    let mut points = Vec::new();
    while !over.load(Ordering::SeqCst) {
        let number = next.fetch_add(1, Ordering::SeqCst);
        assert!(number < 500, "no run ended");
        let id = format!("statement-{number}");
        let mut kills = usize::from(killed(&end(program(&t, &id, number)).await));
        over.fetch_or(kills == 0, Ordering::SeqCst);
        if kills > 0 && number.is_multiple_of(3) {
            // Whoever takes it up is killed as well, on its way through what was done before or at something new.
            lapse_run(&raw, &id).await;
            kills += usize::from(killed(&end(program(&t, &id, number % 29 + 1)).await));
        }
        take_up(&t, &raw, &id).await;
        points.push((id, kills));
    }
    points
}

/// Runs that are killed at random times, up to three times each.
async fn at_random(t: TestDb, raw: DatabaseConnection, first: usize, usual: Duration) -> Vec<(String, usize)> {
    let mut points = Vec::new();
    for number in first..first + RANDOM_RUNS / WORKERS {
        let (id, mut kills) = (format!("random-{number}"), 0);
        for _ in 0..3 {
            let (program, patience) = (program(&t, &id, 0), usual.mul_f64(fastrand::f64()));
            let output = tokio::task::spawn_blocking(move || {
                let mut running = program.spawn();
                running.wait_for("open");
                std::thread::sleep(patience);
                running.kill()
            });
            if !killed(&output.await.expect("the child ends")) {
                break;
            }
            kills += 1;
            lapse_run(&raw, &id).await;
        }
        take_up(&t, &raw, &id).await;
        points.push((id, kills));
    }
    points
}

/// How long a run takes from the open board to its end, with as many side by side as will be killed.
async fn usual(t: &TestDb, points: &mut Vec<(String, usize)>) -> Duration {
    let mut running = Vec::new();
    for number in 0..WORKERS {
        let id = format!("usual-{number}");
        let program = program(t, &id, 0);
        points.push((id, 0));
        running.push(tokio::task::spawn_blocking(move || {
            let mut running = program.spawn();
            running.wait_for("open");
            let begun = Instant::now();
            running.wait(Duration::from_secs(60)).ok();
            begun.elapsed()
        }));
    }
    let mut all = Duration::ZERO;
    for one in running {
        all += one.await.expect("the child ends");
    }
    all / u32::try_from(WORKERS).expect("small")
}

fn program(t: &TestDb, id: &str, statement: usize) -> Program {
    driver(t.dir()).args([t.url().to_owned(), id.to_owned(), statement.to_string()])
}

async fn end(program: Program) -> Output {
    tokio::task::spawn_blocking(move || program.spawn().wait(Duration::from_secs(60))).await.expect("the child ends")
}

/// Whether it was; else it must have driven the run to its end.
#[track_caller]
fn killed(output: &Output) -> bool {
    assert!(output.signal == Some(9) || output.exit == Some(0), "neither killed nor done\n{output}");
    output.signal == Some(9)
}

async fn take_up(t: &TestDb, raw: &DatabaseConnection, id: &str) {
    lapse_run(raw, id).await;
    end(program(t, id, 0)).await.ok();
}

/// Looks at every run, and counts those in which the effect of the plain step was seen more than once.
async fn look(t: &TestDb, seed: &Seed, ids: impl Iterator<Item = &str>) -> usize {
    let calls = calls(&t.dir().join("calls"));
    let (effects, naive) = (rows(&seed.raw, "app_effects").await, rows(&seed.raw, "app_naive").await);
    let items = work_items::Entity::find().all(&seed.raw).await.expect("read the items");
    let mut twice = 0;
    for id in ids {
        let run = run_row(&seed.raw, id).await;
        assert_eq!((run.status, run.steps_completed, run.total_steps), (RunStatus::Completed, 8, Some(8)), "{id}");
        let steps = step_rows(&seed.raw, run.id).await;
        let found: Vec<_> = steps.iter().map(|step| step.name.as_str()).collect();
        assert_eq!(found, STEPS, "{id}");
        let outputs: Vec<_> = steps.iter().map(|step| step.output.clone()).collect();
        assert_eq!(outputs, (1..=8).map(|n| Some(json!(n))).collect::<Vec<_>>(), "{id}");
        assert!(steps.iter().all(|step| step.status == StepStatus::Completed && step.attempt == 1), "{id}: {steps:?}");
        let stored = output_rows(&seed.raw, run.id).await;
        assert_eq!(stored, [("many".to_owned(), "[3,4,5]".to_owned()), ("sum".to_owned(), "36".to_owned())], "{id}");

        let ledger = event_rows(&seed.raw, run.id).await;
        assert_gapless(&run, &ledger);
        for step in &steps {
            let ends = ledger.iter().filter(|e| e.step_id == Some(step.id) && e.kind == "step_complete").count();
            assert_eq!(ends, 1, "{id}: the ends of {}", step.name);
            assert!(calls.get(&key(id, &step.name)).is_some_and(|n| *n > 0), "{id}: {} never ran", step.name);
        }
        assert_eq!(ledger.iter().filter(|event| event.kind == "output").count(), 2, "{id}");
        for step in TRANSACTIONAL {
            assert_eq!(effects.get(&key(id, step)), Some(&1), "{id}: the effect of {step}");
        }
        assert_eq!(items.iter().filter(|item| item.title == id).count(), 1, "{id}: the item of step six");
        let seen = naive.get(&key(id, "seven")).copied().unwrap_or(0);
        assert!(seen > 0, "{id}: seven had no effect");
        twice += usize::from(seen > 1);
    }
    twice
}

fn key(run: &str, step: &str) -> String {
    format!("{run} {step}")
}

fn calls(file: &Path) -> BTreeMap<String, usize> {
    let mut calls = BTreeMap::new();
    for line in std::fs::read_to_string(file).expect("read the list").lines() {
        *calls.entry(line.to_owned()).or_default() += 1;
    }
    calls
}

async fn rows(raw: &DatabaseConnection, table: &str) -> BTreeMap<String, usize> {
    let sql = format!("SELECT run, step FROM {table}");
    let found = raw.query_all_raw(Statement::from_string(raw.get_database_backend(), sql)).await.expect("read");
    let mut rows = BTreeMap::new();
    for row in found {
        let (run, step): (String, String) =
            (row.try_get("", "run").expect("run"), row.try_get("", "step").expect("step"));
        *rows.entry(key(&run, &step)).or_default() += 1;
    }
    rows
}
