//! Which sides are compared, where, and what their ratio should be.

use std::path::Path;

use super::proof;
use super::run::{Outcome, Run, Side, run as run_once};
use super::worker::How;
use crate::frame::Result;
use crate::frame::control;
use crate::frame::options::{Options, short};
use crate::frame::place::{Kind, Place};
use crate::frame::process::Cpus;
use crate::frame::report::{Figure, Goal, Section, number};
use crate::frame::stats::Spread;
use crate::seed::{Head, Seeds, Shape};

const SQLX: Side = Side::Worker(How::Sqlx);
const TOKIO_POSTGRES: Side = Side::Worker(How::TokioPostgres);

/// Measures claims and completions.
pub async fn run(options: &Options) -> Result<Section> {
    let place = Place::new()?;
    let mut bench = Bench { options, seeds: Seeds::new(&place, &options.cache)?, section: section() };
    for kind in options.kinds() {
        let sides: &[Side] = match kind {
            Kind::Sqlite => &[Side::OURS, Side::Rusqlite, SQLX],
            Kind::Postgres => &[Side::OURS, TOKIO_POSTGRES, SQLX, Side::Pgbench],
        };
        let proof = proof::same_rows(&mut bench.seeds, kind, sides).await?;
        bench.section.notes.push(proof);
        match kind {
            Kind::Sqlite => bench.sqlite().await?,
            Kind::Postgres => bench.postgres().await?,
        }
        bench.sizes(kind).await?;
        bench.mixes(kind).await?;
    }
    Ok(bench.section)
}

struct Bench<'a> {
    options: &'a Options,
    seeds: Seeds<'a>,
    section: Section,
}

impl Bench<'_> {
    /// The board of the middle size, on which sides are compared.
    fn shape(&self) -> Shape {
        let mut sizes = self.options.sizes.clone();
        sizes.sort_unstable();
        Shape::plain(sizes.get(sizes.len().saturating_sub(1).min(1)).copied().unwrap_or(100_000))
    }

    /// Runs some sides in turn, each first in another round: for each the outcomes of the rounds.
    async fn rounds(&mut self, runs: &[Run], cycles: usize, directory: &Path) -> Result<Vec<Vec<Outcome>>> {
        let mut outcomes = vec![Vec::new(); runs.len()];
        for round in 0..self.options.rounds() {
            for turn in 0..runs.len() {
                let at = (round + turn) % runs.len();
                outcomes[at].push(run_once(&mut self.seeds, runs[at], cycles, directory).await?);
            }
        }
        for (run, outcomes) in runs.iter().zip(&outcomes) {
            let rates: Vec<f64> = outcomes.iter().map(Outcome::rate).collect();
            eprintln!(
                "  {} {} {}: {} items/s",
                run.kind.name(),
                run.shape.slug(),
                run.name(),
                number(Spread::of(&rates).median)
            );
        }
        Ok(outcomes)
    }

    async fn postgres(&mut self) -> Result<()> {
        let shape = self.shape();
        let memory = self.seeds.place.memory().to_owned();
        for workers in self.options.workers.clone() {
            let sides = [Side::OURS, TOKIO_POSTGRES, SQLX, Side::Pgbench];
            let runs = sides.map(|side| Run::of(side, Kind::Postgres, shape, workers));
            let outcomes = self.rounds(&runs, self.options.cycles, &memory).await?;
            let group = format!("PostgreSQL, {} items, {workers} at once, each its own connection", short(shape.size));
            let goal = (workers >= 4).then_some(Goal::AtLeast(0.8, Some(0.95)));
            self.compare(&group, &runs, &outcomes, &[(0, 1, goal), (0, 2, None), (0, 3, None), (2, 1, None)]);
        }
        let single = Run::of(Side::OURS, Kind::Postgres, shape, 4);
        let runs = [Run { batch: 100, ..single }, single];
        let outcomes = self.rounds(&runs, self.options.cycles * 4, &memory).await?;
        let rates = outcomes.iter().map(|of| of.iter().map(Outcome::rate).collect::<Vec<_>>()).collect::<Vec<_>>();
        let group = format!("PostgreSQL, {} items, 4 at once, batches", short(shape.size));
        let figure = Figure::paired(&group, "items/s", ("claims of 100", &rates[0]), ("claims of one", &rates[1]));
        self.section.figures.push(figure.goal(Goal::AtLeast(4.0, Some(6.0))));
        Ok(())
    }

    async fn sqlite(&mut self) -> Result<()> {
        let shape = self.shape();
        let memory = self.seeds.place.memory().to_owned();
        for cpus in [Cpus::One, Cpus::All] {
            let mut runs: Vec<Run> =
                vec![Run::of(Side::Rusqlite, Kind::Sqlite, shape, 1), Run::of(SQLX, Kind::Sqlite, shape, 1)];
            runs.extend(self.options.workers.iter().map(|n| Run::of(Side::OURS, Kind::Sqlite, shape, *n)));
            runs.iter_mut().for_each(|run| run.cpus = cpus);
            let outcomes = self.rounds(&runs, self.options.cycles, &memory).await?;
            let group = format!("SQLite, {} items in memory, synchronous=NORMAL, {}", short(shape.size), cpus.name());
            let mut pairs = vec![(1, 0, None)];
            for (number, run) in runs.iter().enumerate().skip(2) {
                let goal = match run.workers {
                    1 => Some(Goal::AtLeast(0.7, Some(0.9))),
                    16 => Some(Goal::AtLeast(1.0, None)),
                    _ => None,
                };
                pairs.push((number, 0, goal));
            }
            self.compare(&group, &runs, &outcomes, &pairs);
        }
        self.durable(shape).await
    }

    /// Where each commit waits for the disk, beside what the disk itself does in the same minutes.
    async fn durable(&mut self, shape: Shape) -> Result<()> {
        let directory = tempfile::Builder::new().prefix("callboard-bench-").tempdir_in(&self.options.output.disk)?;
        let mut runs = vec![Run::of(Side::Rusqlite, Kind::Sqlite, shape, 1)];
        runs.extend(self.options.workers.iter().map(|n| Run::of(Side::OURS, Kind::Sqlite, shape, *n)));
        runs.iter_mut().for_each(|run| run.full = true);
        let before = control::fdatasync(directory.path())?;
        let outcomes = self.rounds(&runs, self.options.cycles / 2, directory.path()).await?;
        let after = control::fdatasync(directory.path())?;
        let group = format!("SQLite, {} items on the disk, synchronous=FULL", short(shape.size));
        let many = |run: &Run| (run.workers == 16).then_some(Goal::AtLeast(2.0, Some(4.0)));
        let pairs: Vec<_> = (1..runs.len()).map(|number| (number, 0, many(&runs[number]))).collect();
        self.compare(&group, &runs, &outcomes, &pairs);
        let least = Spread::of(&outcomes[0].iter().map(Outcome::rate).collect::<Vec<_>>()).median;
        self.section.notes.push(format!(
            "The disk alone wrote and synced 4 KiB {} times a second before these rounds and {} times after them; rusqlite \
             with two commits an item came to {} items a second.",
            number(before),
            number(after),
            number(least)
        ));
        Ok(())
    }

    /// What a claim costs on larger boards, against the smallest.
    async fn sizes(&mut self, kind: Kind) -> Result<()> {
        let mut sizes = self.options.sizes.clone();
        sizes.sort_unstable();
        let memory = self.seeds.place.memory().to_owned();
        let runs: Vec<Run> = sizes.iter().map(|size| Run::of(Side::OURS, kind, Shape::plain(*size), 1)).collect();
        let outcomes = self.rounds(&runs, self.options.cycles, &memory).await?;
        let group = format!("{}, cost of a claim by the size of the board, one caller", kind.name());
        for number in 1..runs.len() {
            let goal = Goal::AtMost(1.2);
            let names = [number, 0].map(|n| format!("{} items", short(sizes[n])));
            self.cost(&group, [&names[0], &names[1]], [&outcomes[number], &outcomes[0]], goal);
        }
        let middle = self.shape().size;
        for size in sizes.iter().filter(|size| **size > middle) {
            self.seeds.forget(Shape::plain(*size)).await?;
        }
        Ok(())
    }

    /// What a claim costs where much of the board cannot be claimed, against a board where all can be.
    async fn mixes(&mut self, kind: Kind) -> Result<()> {
        let plain = self.shape();
        let own = |percents: &[u8], with: fn(Shape, u8) -> Shape| {
            let found = percents.iter().filter(|percent| **percent > 0).map(|percent| with(plain, *percent));
            found.collect::<Vec<_>>()
        };
        let mut shapes = vec![plain];
        shapes.extend(own(&self.options.blocked, |shape, blocked| Shape { blocked, ..shape }));
        shapes.extend(own(&self.options.unqualified, |shape, unqualified| Shape { unqualified, ..shape }));
        shapes.extend(own(&self.options.backoff, |shape, backoff| Shape { backoff, ..shape }));
        if plain.size > 2 * crate::seed::shape::HEADS {
            shapes.extend([Head::Dead, Head::Expired].map(|head| Shape { head, ..plain }));
        }
        let memory = self.seeds.place.memory().to_owned();
        let runs: Vec<Run> = shapes.iter().map(|shape| Run::of(Side::OURS, kind, *shape, 1)).collect();
        let outcomes = self.rounds(&runs, self.options.cycles, &memory).await?;
        let group = format!("{}, cost of a claim, {} items, one caller", kind.name(), short(plain.size));
        for number in 1..runs.len() {
            let goal = Goal::AtMost(1.4);
            self.cost(&group, [&shapes[number].name(), &plain.name()], [&outcomes[number], &outcomes[0]], goal);
            self.seeds.forget(shapes[number]).await?;
        }
        Ok(())
    }

    /// Pairs of rates: which run, against which, with which goal.
    fn compare(
        &mut self,
        group: &str,
        runs: &[Run],
        outcomes: &[Vec<Outcome>],
        pairs: &[(usize, usize, Option<Goal>)],
    ) {
        for (ours, base, goal) in pairs {
            let rates = |at: usize| outcomes[at].iter().map(Outcome::rate).collect::<Vec<_>>();
            let (name, against) = (runs[*ours].name(), runs[*base].name());
            let figure = Figure::paired(group, "items/s", (&name, &rates(*ours)), (&against, &rates(*base)));
            self.section.figures.push(Figure { goal: *goal, ..figure });
        }
    }

    fn cost(&mut self, group: &str, names: [&str; 2], outcomes: [&Vec<Outcome>; 2], goal: Goal) {
        let costs = outcomes.map(|of| of.iter().map(|outcome| outcome.claim).collect::<Vec<_>>());
        let figure = Figure::paired(group, "us/claim", (names[0], &costs[0]), (names[1], &costs[1]));
        self.section.figures.push(figure.goal(goal));
    }
}

fn section() -> Section {
    let about = [
        "An agent claims an item and completes it: the item and its assignment change twice, two rows of the ledger are \
         written, and what waited for the item is freed. `callboard` is `Callboard::run` with `Claim` and `Complete`, as an \
         app calls it; xN is N tasks at once, each with an agent of its own. On PostgreSQL each has a connection.",
        "The baselines are the least that leaves the same rows. They compare no capabilities, look at no lease, quality \
         gate, session or limit, and read back no more than a worker needs. On PostgreSQL that is one statement a verb, \
         sent by sqlx, by tokio-postgres and by pgbench (`-M prepared`); on SQLite a transaction a verb, by rusqlite with \
         cached statements on the caller's own thread, and by sqlx. SQLite is of the same version in all of them.",
        "`one CPU` means that the whole process is pinned to one: a task that waits for another thread costs a switch \
         there, and the waking of an idle processor where there are two. Where 16 tasks are held against one caller of \
         rusqlite, they share commits that the one makes alone: that is what calling at once gains, not a faster SQLite.",
        "The cost of a claim is its mean time as the caller sees it; what cannot be claimed is more urgent than what can, \
         and so lies where a queue would look first.",
    ];
    Section {
        name: "claim".to_owned(),
        title: "Claim and complete".to_owned(),
        about: about.map(str::to_owned).to_vec(),
        ..Section::default()
    }
}
