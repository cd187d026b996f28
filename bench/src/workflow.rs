//! A durable step of a workflow, against the statements that it needs.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use callboard_service::workflow::{NewRun, RunOptions, StepError};
use callboard_service::{Actor, Callboard, DatabaseUrl, OpenOptions, Synchronous};
use chrono::{DateTime, Utc};
use sea_orm::prelude::Uuid;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteSynchronous};
use sea_orm::sqlx::{ConnectOptions, query, query_as};
use serde_json::{Value, json};

use crate::check;
use crate::frame::Result;
use crate::frame::options::Options;
use crate::frame::place::{Kind, Place, seeded};
use crate::frame::report::{Figure, Goal, Section};

const RUNNER: &str = "bench";
/// In the proof, where every row is compared.
const FEW: usize = 20;

pub async fn run(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let steps = (options.cycles / 4).max(FEW);
    let (mut figures, mut notes) = (Vec::new(), Vec::new());
    for kind in options.kinds() {
        let digests = [once(&place, kind, true, FEW).await?.1, once(&place, kind, false, FEW).await?.1];
        let [(own, rows), (lean, others)] = &digests;
        if own != lean {
            let first = rows.iter().zip(others).find(|(a, b)| a != b);
            return Err(format!("{}: the rows of the steps differ: {first:#?}", kind.name()).into());
        }
        notes.push(format!(
            "{}: both leave the same rows after {FEW} steps (SHA-256 {}).",
            kind.name(),
            own.get(..16).unwrap_or(own)
        ));
        let (mut ours, mut base) = (Vec::new(), Vec::new());
        for round in 0..options.rounds() {
            for is_ours in [round % 2 == 0, round % 2 != 0] {
                let (took, _) = once(&place, kind, is_ours, steps).await?;
                if is_ours { &mut ours } else { &mut base }.push(steps as f64 / took.as_secs_f64());
            }
        }
        let group = format!("{}, one run of {steps} steps", kind.name());
        let figure = Figure::paired(&group, "steps/s", ("Run::step", &ours), ("its statements by sqlx", &base));
        figures.push(figure.goal(Goal::AtLeast(0.75, None)));
    }
    Ok(Section {
        name: "workflow".to_owned(),
        title: "Durable steps".to_owned(),
        about: vec![
            "A step that does nothing is begun in one transaction and ended in another, with its output: the step, its \
             run, and three rows of the run's ledger. The baseline sends the statements that this takes by sqlx on one \
             connection, two transactions a step: the lock of the run that fences a lost runner out, the look for what \
             was recorded before, and the writes. Ours sends the same ones; on SQLite they need no other thread, since \
             they are done by the write lane. In memory, synchronous=NORMAL."
                .to_owned(),
        ],
        figures,
        notes,
        ..Section::default()
    })
}

type Digest = (String, Vec<String>);

/// Drives one run on a new board, by our steps or by the lean ones inside of it: the time of the steps, and the digest of
/// the rows that they left.
async fn once(place: &Place, kind: Kind, is_ours: bool, steps: usize) -> Result<(Duration, Digest)> {
    let url = place.migrated(kind).await?;
    let (seed, me) = seeded(&url).await?;
    seed.close().await?;
    let settings = OpenOptions { synchronous: Synchronous::Normal, ..OpenOptions::default() };
    let board = Callboard::open(&DatabaseUrl::parse(&url)?, settings).await?;
    let found = Arc::new(Mutex::new(None));
    let (at, told) = (Arc::<str>::from(url.as_str()), Arc::clone(&found));
    let options = RunOptions { runner: Some(RUNNER.to_owned()), ..RunOptions::default() };
    let new = NewRun::new("nightly", "one");
    let ended = board
        .drive(me, &new, options, move |run| {
            let (url, found) = (Arc::clone(&at), Arc::clone(&told));
            Box::pin(async move {
                let id = run.row().id;
                let start = Instant::now();
                if is_ours {
                    for number in 1..=steps {
                        let body = || async move { Ok::<Value, StepError>(output(number)) };
                        run.step(format!("step {number}"), body).await?;
                    }
                } else {
                    lean(kind, &url, me, id, steps).await.map_err(|error| StepError::new(error.to_string()))?;
                }
                let took = start.elapsed();
                let digest = check::workflow_digest(&url).await.map_err(|error| StepError::new(error.to_string()))?;
                if let Ok(mut found) = found.lock() {
                    *found = Some((took, digest));
                }
                Ok(())
            })
        })
        .await;
    // With lean steps it finds more at its end than it asked for, and that is no matter.
    if is_ours {
        ended?.completed()?;
    }
    board.close().await?;
    place.remove(&url).await?;
    let found = found.lock().map_err(|error| error.to_string())?.take();
    found.ok_or_else(|| "the steps did not come to their end".into())
}

fn output(number: usize) -> Value {
    json!({ "step": number, "what": "nothing to speak of" })
}

async fn lean(kind: Kind, url: &str, me: Actor, run: Uuid, steps: usize) -> Result<()> {
    let me = me.id.ok_or("nobody acts")?;
    match kind {
        Kind::Sqlite => {
            let options: SqliteConnectOptions = url.parse()?;
            let options = options.foreign_keys(true).synchronous(SqliteSynchronous::Normal);
            let mut connection = options.connect().await?;
            for number in 1..=steps {
                sqlite(&mut connection, run, me, number).await?;
            }
        }
        Kind::Postgres => {
            let options: PgConnectOptions = url.parse()?;
            let mut connection = options.connect().await?;
            for number in 1..=steps {
                postgres(&mut connection, run, me, number).await?;
            }
        }
    }
    Ok(())
}

fn now() -> DateTime<Utc> {
    callboard_service::Clock::system().now()
}

/// The same statements for both databases, but for what begins a transaction and locks the run.
macro_rules! lean_step {
    ($name:ident, $connection:ty, $begin:literal, $lock:literal) => {
        async fn $name(c: &mut $connection, run: Uuid, me: Uuid, number: usize) -> Result<()> {
            let (id, place, name, at) = (Uuid::now_v7(), i64::try_from(number)?, format!("step {number}"), now());
            query($begin).execute(&mut *c).await?;
            let (revision, epoch): (i64, i64) = query_as($lock).bind(run).fetch_one(&mut *c).await?;
            if query(RECORDED).bind(run).bind(place).fetch_optional(&mut *c).await?.is_some() {
                return Err("the step was begun before".into());
            }
            query(ADD).bind(id).bind(run).bind(place).bind(&name).bind(at).execute(&mut *c).await?;
            query(TOUCH).bind(run).bind(at).bind(2i64).bind(0i64).execute(&mut *c).await?;
            let named = json!({ "name": name, "number": place });
            let attempt = json!({ "attempt": 1 });
            let events = query(TWO_EVENTS).bind(Uuid::now_v7()).bind(run).bind(revision + 1).bind(id).bind(me);
            let events = events.bind(RUNNER).bind(epoch).bind(named).bind(at).bind(Uuid::now_v7()).bind(revision + 2);
            events.bind(&attempt).execute(&mut *c).await?;
            query("COMMIT").execute(&mut *c).await?;

            let (ended, output) = (now(), output(number));
            query($begin).execute(&mut *c).await?;
            let (revision, epoch): (i64, i64) = query_as($lock).bind(run).fetch_one(&mut *c).await?;
            #[expect(clippy::cast_precision_loss, reason = "microseconds of a short run")]
            let seconds = (ended - at).num_microseconds().unwrap_or(0) as f64 / 1e6;
            let end = query(END).bind(id).bind(ended).bind(&output).bind(output.to_string()).bind(seconds);
            if end.execute(&mut *c).await?.rows_affected() != 1 {
                return Err("the step is no longer running".into());
            }
            query(TOUCH).bind(run).bind(ended).bind(1i64).bind(1i64).execute(&mut *c).await?;
            let event = query(EVENT).bind(Uuid::now_v7()).bind(run).bind(revision + 1).bind(id).bind(me).bind(RUNNER);
            event.bind(epoch).bind(attempt).bind(ended).execute(&mut *c).await?;
            query("COMMIT").execute(&mut *c).await?;
            Ok(())
        }
    };
}

lean_step!(sqlite, SqliteConnection, "BEGIN IMMEDIATE", "SELECT revision, run_epoch FROM workflow_runs WHERE id = $1");
lean_step!(postgres, PgConnection, "BEGIN", "SELECT revision, run_epoch FROM workflow_runs WHERE id = $1 FOR UPDATE");

const RECORDED: &str =
    "SELECT status, name, occurrence, output FROM workflow_steps WHERE workflow_run_id = $1 AND step_number = $2";
/// 1 id, 2 run, 3 number, 4 name, 5 now.
const ADD: &str = "INSERT INTO workflow_steps (id, workflow_run_id, step_number, name, occurrence, agent_name, status, \
    attempt, max_attempts, started_at, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, 1, '', 'running', 1, 3, $5, $5, $5)";
/// 1 run, 2 now, 3 by how much the revision rises, 4 how many steps are done by it.
const TOUCH: &str = "UPDATE workflow_runs SET revision = revision + $3, steps_completed = steps_completed + $4, \
    updated_at = $2 WHERE id = $1";
/// 1 id, 2 run, 3 revision, 4 step, 5 user, 6 runner, 7 epoch, 8 data, 9 now; of the second 10 id, 11 revision, 12 data.
const TWO_EVENTS: &str = "INSERT INTO workflow_events (id, workflow_run_id, revision, step_id, kind, from_status, to_status, \
    actor_type, actor_id, runner_id, run_epoch, data, created_at) VALUES \
    ($1, $2, $3, $4, 'step_added', NULL, 'pending', 'user', $5, $6, $7, $8, $9), \
    ($10, $2, $11, $4, 'step_start', 'pending', 'running', 'user', $5, $6, $7, $12, $9)";
/// 1 step, 2 now, 3 output, 4 its summary, 5 seconds.
const END: &str = "UPDATE workflow_steps SET status = 'completed', completed_at = $2, updated_at = $2, output = $3, \
    output_summary = $4, execution_time_seconds = $5 WHERE id = $1 AND status = 'running'";
/// 1 id, 2 run, 3 revision, 4 step, 5 user, 6 runner, 7 epoch, 8 data, 9 now.
const EVENT: &str = "INSERT INTO workflow_events (id, workflow_run_id, revision, step_id, kind, from_status, to_status, \
    actor_type, actor_id, runner_id, run_epoch, data, created_at) \
    VALUES ($1, $2, $3, $4, 'step_complete', 'running', 'completed', 'user', $5, $6, $7, $8, $9)";
