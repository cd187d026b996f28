//! Other queues of this language and these databases, each in a process of its own and in the same rounds as ours.

use std::process::Command;

use sea_orm::ConnectionTrait;

use crate::claim::run::{Outcome, Run, Side, run as run_own};
use crate::frame::Result;
use crate::frame::options::Options;
use crate::frame::place::{Kind, Place};
use crate::frame::process::{self, Cpus};
use crate::frame::report::{Figure, Goal, Section};
use crate::seed::{Seeds, Shape};

/// A peer in one of its settings, and what of ours it is held against.
struct Pair {
    peer: &'static str,
    setting: &'static str,
    name: &'static str,
    kind: Kind,
    workers: usize,
    /// How many items our claims take at once.
    batch: usize,
    /// How many of its jobs a run has, in hundredths of the cycles.
    share: usize,
    goal: Option<Goal>,
}

const fn at_least(ratio: f64) -> Option<Goal> {
    Some(Goal::AtLeast(ratio, None))
}

const PAIRS: [Pair; 9] = [
    Pair {
        peer: "graphile-worker",
        setting: "default",
        name: "graphile_worker as it comes (looks once a second)",
        kind: Kind::Postgres,
        workers: 4,
        batch: 1,
        share: 1,
        goal: None,
    },
    Pair {
        peer: "graphile-worker",
        setting: "polling",
        name: "graphile_worker, poll 1 ms",
        kind: Kind::Postgres,
        workers: 4,
        batch: 1,
        share: 100,
        goal: at_least(1.3),
    },
    Pair {
        peer: "graphile-worker",
        setting: "best",
        name: "graphile_worker, local queue 500, batched completions",
        kind: Kind::Postgres,
        workers: 16,
        batch: 100,
        share: 1000,
        goal: None,
    },
    Pair {
        peer: "apalis-postgres",
        setting: "default",
        name: "apalis-postgres as it comes (batches of 10)",
        kind: Kind::Postgres,
        workers: 4,
        batch: 10,
        share: 200,
        goal: at_least(2.5),
    },
    Pair {
        peer: "apalis-postgres",
        setting: "best",
        name: "apalis-postgres, batches of 500, pubsub, parallel",
        kind: Kind::Postgres,
        workers: 4,
        batch: 100,
        share: 400,
        goal: None,
    },
    Pair {
        peer: "underway",
        setting: "default",
        name: "underway as it comes",
        kind: Kind::Postgres,
        workers: 4,
        batch: 1,
        share: 20,
        goal: at_least(8.0),
    },
    Pair {
        peer: "underway",
        setting: "best",
        name: "underway, a worker for each",
        kind: Kind::Postgres,
        workers: 4,
        batch: 1,
        share: 20,
        goal: at_least(8.0),
    },
    Pair {
        peer: "apalis-sqlite",
        setting: "default",
        name: "apalis-sqlite as it comes (batches of 10)",
        kind: Kind::Sqlite,
        workers: 1,
        batch: 1,
        share: 100,
        goal: at_least(10.0),
    },
    Pair {
        peer: "apalis-sqlite",
        setting: "best",
        name: "apalis-sqlite, batches of 500, one connection, parallel",
        kind: Kind::Sqlite,
        workers: 1,
        batch: 1,
        share: 100,
        goal: at_least(10.0),
    },
];

/// What stands beside the numbers.
const LACKS: [&str; 4] = [
    "graphile_worker deletes a job once it is done: there is no history, no assignment that fences a holder who comes \
     back, no capabilities, and nothing that waits for another job. It has retries, schedules and queues that run one \
     job at a time. With a local queue jobs are locked ahead of their turn, and a crash delays them.",
    "apalis keeps done jobs with their result, but no ledger of changes, no prerequisites, no capabilities and no fence; \
     it fetches and acknowledges in batches. Its `setup` for SQLite sets synchronous to OFF on a connection: a power cut \
     may cost what was acknowledged, or more.",
    "underway holds a job by a transaction that stays open while it runs, and keeps done jobs for a time; it has steps, \
     retries and schedules, no ledger, no capabilities and no prerequisites between jobs.",
    "Ours writes the item and the assignment twice, and two rows of a ledger from which the board can be told again; a \
     job of theirs holds a number, an item of ours a description of 320 characters. Ours in batches completes as many in \
     one call as it claimed.",
];

pub async fn run(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let mut seeds = Seeds::new(&place, &options.cache)?;
    let size = options.sizes.iter().copied().filter(|size| *size <= 100_000).max().unwrap_or(100_000);
    let shape = Shape::plain(size);
    let mut figures = Vec::new();
    for pair in PAIRS.iter().filter(|pair| options.kinds().contains(&pair.kind)) {
        let memory = place.memory().to_owned();
        let own = Run { batch: pair.batch, ..Run::of(Side::OURS, pair.kind, shape, pair.workers) };
        let jobs = (options.cycles * pair.share / 100).max(pair.workers * 4);
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for round in 0..options.rounds() {
            for is_ours in [round % 2 == 0, round % 2 != 0] {
                if is_ours {
                    ours.push(run_own(&mut seeds, own, options.cycles, &memory).await?.rate());
                } else {
                    theirs.push(peer(&place, pair, jobs, size).await?.rate());
                }
            }
        }
        let group = format!("{}, {} at once", pair.kind.name(), pair.workers);
        let what = match pair.batch {
            1 => "callboard".to_owned(),
            batch => format!("callboard, claims of {batch}"),
        };
        let figure = Figure::paired(&group, "jobs/s", (&what, &ours), (pair.name, &theirs));
        eprintln!("  {}", figure.cells().join("  "));
        figures.push(Figure { goal: pair.goal, ..figure });
    }
    Ok(Section {
        name: "peers".to_owned(),
        title: "Other queues".to_owned(),
        about: vec![format!(
            "Each peer is filled with {size} jobs that do nothing, on a database of its own of the same server or in the \
             same memory; the clock runs from its first job until its own tables say that enough of them are done. Ours \
             claims and completes items of a board of as many. A peer runs as it comes and as its own documentation would have it \
             fastest; its version is the one in the lockfile below bench/peers."
        )],
        figures,
        notes: LACKS.map(str::to_owned).to_vec(),
        ..Section::default()
    })
}

/// One run of a peer, on a database of its own that holds as many jobs as our board does items.
async fn peer(place: &Place, pair: &Pair, jobs: usize, waiting: usize) -> Result<Outcome> {
    let name = format!("peer_{}", place.number());
    let file = place.memory().join(format!("{name}.db"));
    let url = match pair.kind {
        Kind::Sqlite => format!("sqlite://{}", file.display()),
        Kind::Postgres => {
            place.server().await?.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
            place.postgres(&name)
        }
    };
    let mut command = Command::new(process::peer(pair.peer)?);
    command.args([&url, &pair.workers.to_string(), &jobs.to_string(), &waiting.to_string(), pair.setting]);
    let said = process::json(command, Cpus::All)?;
    let number = |value: &serde_json::Value| value.as_f64().ok_or("a number is missing");
    let done = said["cycles"].as_u64().map(usize::try_from).ok_or("a number is missing")??;
    if done < jobs || said["twice"] != 0 {
        return Err(format!("{}: {done} done of {jobs}, {} of them twice", pair.name, said["twice"]).into());
    }
    place.remove(&url).await?;
    Ok(Outcome { cycles: done, seconds: number(&said["seconds"])?, claim: 0.0 })
}
