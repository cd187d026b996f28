//! One side of a comparison on a fresh board, with the check of what it left.

use std::path::Path;
use std::process::Command;

use sea_orm::ConnectionTrait;

use super::pgbench;
use super::worker::How;
use crate::check;
use crate::frame::Result;
use crate::frame::place::{Kind, connect};
use crate::frame::process::{self, Cpus};
use crate::seed::{Board, Seeds, Shape, agent};

/// Before the clock starts, by each task: connections are open and statements prepared then.
const WARM_UP: usize = 20;

/// What was done on a board on PostgreSQL before a run, and its statistics know of: on one where nothing ever was, sessions
/// would keep plans that read all of a table, the lean ones for the whole run (docs/adr/0012).
const USED: usize = 500;

/// Who does the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Worker(How),
    Rusqlite,
    Pgbench,
}

impl Side {
    pub const OURS: Self = Self::Worker(How::Callboard);

    pub fn name(self) -> &'static str {
        match self {
            Self::Worker(How::Callboard) => "callboard",
            Self::Worker(How::Sqlx) => "sqlx",
            Self::Worker(How::TokioPostgres) => "tokio-postgres",
            Self::Rusqlite => "rusqlite",
            Self::Pgbench => "pgbench",
        }
    }
}

/// What is run.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub side: Side,
    pub kind: Kind,
    pub shape: Shape,
    pub workers: usize,
    pub batch: usize,
    /// SQLite: sync at every commit.
    pub full: bool,
    pub cpus: Cpus,
}

impl Run {
    pub fn of(side: Side, kind: Kind, shape: Shape, workers: usize) -> Self {
        Self { side, kind, shape, workers, batch: 1, full: false, cpus: Cpus::All }
    }

    /// With the number of tasks, where that is not one.
    pub fn name(&self) -> String {
        match self.workers {
            1 => self.side.name().to_owned(),
            workers => format!("{} x{workers}", self.side.name()),
        }
    }
}

/// What a run came to.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    pub cycles: usize,
    pub seconds: f64,
    /// The mean of a claim in microseconds.
    pub claim: f64,
}

impl Outcome {
    /// Items a second.
    pub fn rate(&self) -> f64 {
        self.cycles as f64 / self.seconds
    }
}

/// Runs it on as many fresh boards as it takes: at most two thirds of what a board has ready are claimed from it.
pub async fn run(seeds: &mut Seeds<'_>, run: Run, cycles: usize, directory: &Path) -> Result<Outcome> {
    let warm_up = WARM_UP.div_ceil(run.batch);
    let used = if run.kind == Kind::Postgres { USED.min(run.shape.ready() / 4) } else { 0 };
    let spare = warm_up * run.workers * run.batch + used;
    let room = (run.shape.ready() * 2 / 3).saturating_sub(spare);
    if room < run.workers.max(run.batch) {
        return Err(format!("{} items are too few for {} tasks", run.shape.size, run.workers).into());
    }
    let mut whole = Outcome::default();
    while whole.cycles < cycles {
        // A multiple of both, for pgbench gives each client as many.
        let part = room.min(cycles - whole.cycles);
        let part = part.div_ceil(run.workers * run.batch) * run.workers * run.batch;
        let board = seeds.copy(run.kind, run.shape, directory).await?;
        if used > 0 {
            once(seeds, Run::of(Side::OURS, run.kind, run.shape, 1), &board, used, 0)?;
            let connection = connect(&board.url).await?;
            connection.execute_unprepared("VACUUM ANALYZE task_assignments").await?;
            connection.close().await?;
        }
        let done = once(seeds, run, &board, part, warm_up)?;
        check::board(&board.url, done.cycles + spare).await.map_err(|error| format!("{}: {error}", run.name()))?;
        seeds.remove(board).await?;
        whole.claim =
            (whole.claim * whole.cycles as f64 + done.claim * done.cycles as f64) / (whole.cycles + done.cycles) as f64;
        whole.seconds += done.seconds;
        whole.cycles += done.cycles;
    }
    Ok(whole)
}

/// One process on one board.
pub fn once(seeds: &Seeds<'_>, run: Run, board: &Board, cycles: usize, warm_up: usize) -> Result<Outcome> {
    let mut command = match run.side {
        Side::Pgbench => return pgbench::run(seeds.place.memory(), board, run.workers, cycles, warm_up),
        Side::Rusqlite => {
            let mut command = Command::new(process::peer("rusqlite")?);
            command.arg(&board.file).arg(agent(1)).arg(if run.full { "full" } else { "normal" });
            command
        }
        Side::Worker(how) => {
            let mut command = process::own()?;
            let how = clap::ValueEnum::to_possible_value(&how).ok_or("a side without a name")?;
            command.args(["worker", "--how", how.get_name(), "--url", &board.url]);
            command.args(["--workers", &run.workers.to_string(), "--batch", &run.batch.to_string()]);
            if run.full {
                command.arg("--full");
            }
            command
        }
    };
    command.args(["--cycles", &cycles.to_string(), "--warm-up", &warm_up.to_string()]);
    let said = process::json(command, run.cpus)?;
    let number = |value: &serde_json::Value| value.as_f64().ok_or("a number is missing");
    Ok(Outcome { cycles, seconds: number(&said["seconds"])?, claim: number(&said["claim"]["mean"])? })
}
