//! 2 to 16 processes take one database up, down and back to a backup at once: it ends where some order of the commands,
//! one after another, ends too, and each of them said what it says in that order.

mod order;
mod scene;

use callboard_migration::history;
use callboard_migration::runner::HISTORY_TABLE;
use sea_orm::{ConnectOptions, Database, TransactionTrait};
use sea_orm_migration::SchemaManager;
use serde_json::json;
use support::cli::{Background, Output, Program};
use support::{Kind, child, plain};

use super::report::{Figures, record};
use super::share;
use crate::migration::common::number;
use order::At;
use scene::Scene;

/// What one process is asked to do. Versions are numbers in the order of the steps, from 1.
#[derive(Clone, Copy, Debug)]
pub enum Ask {
    Up,
    UpTo(usize),
    UpSteps(usize),
    DownTo(usize),
    DownSteps(usize),
    DownAll,
    Restore,
}

impl Ask {
    fn any(newest: usize, restores: bool) -> Self {
        match fastrand::usize(if restores { 0..11 } else { 0..10 }) {
            0 | 1 => Self::Up,
            2 => Self::UpTo(fastrand::usize(1..=newest)),
            3 | 4 => Self::UpSteps(fastrand::usize(1..=6)),
            5 | 6 => Self::DownTo(fastrand::usize(1..=newest)),
            7 | 8 => Self::DownSteps(fastrand::usize(1..=6)),
            9 => Self::DownAll,
            _ => Self::Restore,
        }
    }

    /// The version that `up` or `down` leads to; none when it is refused, or no such command.
    fn leads(self, from: usize, newest: usize) -> Option<usize> {
        match self {
            Self::Up => Some(newest),
            Self::UpTo(version) => Some(from.max(version)),
            Self::UpSteps(n) => Some(newest.min(from + n)),
            Self::DownTo(version) => (version <= from).then_some(version),
            Self::DownSteps(n) => Some(from.saturating_sub(n)),
            Self::DownAll => Some(0),
            Self::Restore => None,
        }
    }

    fn args(self) -> Vec<String> {
        let down =
            |args: &[&str]| [&["down", "--yes-lose-data"], args].concat().into_iter().map(str::to_owned).collect();
        let up = |args: &[&str]| [&["up"], args].concat().into_iter().map(str::to_owned).collect();
        match self {
            Self::Up => up(&[]),
            Self::UpTo(version) => up(&["--to", &name(version)]),
            Self::UpSteps(n) => up(&["--steps", &n.to_string()]),
            Self::DownTo(version) => down(&["--to", &name(version)]),
            Self::DownSteps(n) => down(&["--steps", &n.to_string()]),
            Self::DownAll => down(&["--all"]),
            Self::Restore => ["restore", "--yes", "--any-source"].map(str::to_owned).to_vec(),
        }
    }

    /// The one with these arguments.
    fn of(args: &[&str]) -> Self {
        let n = |text: &str| text.parse().expect("a number");
        let at = |name: &str| history().iter().position(|step| step.version() == name).expect("a version") + 1;
        match args {
            ["up"] => Self::Up,
            ["up", "--to", version] => Self::UpTo(at(version)),
            ["up", "--steps", steps] => Self::UpSteps(n(steps)),
            ["down", _, "--to", version] => Self::DownTo(at(version)),
            ["down", _, "--steps", steps] => Self::DownSteps(n(steps)),
            ["down", _, "--all"] => Self::DownAll,
            _ => panic!("no such command: {args:?}"),
        }
    }
}

/// The name of a version.
fn name(version: usize) -> String {
    history()[version - 1].version().to_owned()
}

plain! {
    fn sqlite() {
        run(Kind::Sqlite, "2 to 16 processes calling `up`, `down` and `restore` at once, SQLite");
    }

    fn postgres() {
        run(Kind::Postgres, "2 to 16 processes calling `up`, `down` and `restore` at once, PostgreSQL");
    }
}

fn run(kind: Kind, test: &str) {
    let mut scene = Scene::new(kind);
    let count = share(10, 500);
    // A round in which nobody had to wait for another one shows nothing: there are so many in which somebody had.
    let mut figures = Figures::new(test, count);
    for n in 0..4 * count {
        if figures.hit >= count {
            break;
        }
        let (hit, failure) = round(&mut scene, n);
        figures.add(hit, failure.map(|e| format!("round {n}: {e}")));
    }
    let controls = share(3, 60);
    let broke = (0..controls).filter(|n| unlocked_round(&mut scene, *n).is_err()).count();
    figures.controlled_by((broke, controls));
    record(figures);
}

/// One round: whether somebody waited, and what was wrong.
fn round(scene: &mut Scene, n: usize) -> (bool, Option<String>) {
    let start = scene.begin(n);
    let asked: Vec<(Ask, Option<u64>)> = (0..processes(n))
        .map(|of| {
            let ask = if of == 0 && n % 2 == 1 { Ask::Restore } else { Ask::any(scene.model.newest(), true) };
            (ask, (fastrand::u32(0..4) == 0).then(|| fastrand::u64(0..=1)))
        })
        .collect();
    let mut order: Vec<usize> = (0..asked.len()).collect();
    fastrand::shuffle(&mut order);
    let asked: Vec<_> = order.into_iter().map(|n| asked[n]).collect();
    let outputs = at_once(asked.iter().map(|(ask, patience)| scene.program(*ask, *patience)));
    let waited = |o: &Output| o.exit == Some(6) || o.stdout.contains("\"kind\":\"waiting\"");
    let hit = outputs.iter().any(waited);
    let failure = judge(scene, start, &asked, &outputs).and_then(|at| scene.goes_on(at));
    (hit, failure.err().map(|e| told(&e, start, &asked, &outputs)))
}

/// How many processes: each number is as likely, and the smallest and the largest come in every run.
fn processes(n: usize) -> usize {
    match n {
        0 => 16,
        1 => 2,
        _ if share(0, 1) > 0 => fastrand::usize(2..=16),
        // A share is quicker: who waits for PostgreSQL's lock asks for it again and again.
        _ => fastrand::usize(2..=5),
    }
}

/// Where the database must be now, if there is an order of the commands that did not give up.
fn judge(scene: &mut Scene, start: At, asked: &[(Ask, Option<u64>)], outputs: &[Output]) -> Result<At, String> {
    let mut said = Vec::new();
    for ((ask, patience), output) in asked.iter().zip(outputs) {
        if output.exit == Some(6) && patience.is_some() {
            if ["committed", "restored"].iter().any(|kind| output.stdout.contains(&format!("\"kind\":\"{kind}\""))) {
                return Err(format!("it gave up after it changed something\n{output}"));
            }
            continue;
        }
        said.push((*ask, scene.model.read(output).map_err(|e| format!("{e}\n{output}"))?));
    }
    scene.end(start, &said)
}

/// All that is needed to see what went wrong.
fn told(error: &str, start: At, asked: &[(Ask, Option<u64>)], outputs: &[Output]) -> String {
    let lines: Vec<String> = asked
        .iter()
        .zip(outputs)
        .map(|(asked, output)| {
            let last = output.stdout.lines().last().unwrap_or_default();
            let last: serde_json::Value = serde_json::from_str(last).unwrap_or_default();
            let of = &last["overwritten"]["manifest"];
            let said = [&last["from"], &last["to"], &of["schema_version"], &of["rows"], &last["error"]];
            format!("{asked:?}: exit {:?}, {said:?}", output.exit)
        })
        .collect();
    format!("{error}\nfrom {start:?}\n{}", lines.join("\n"))
}

/// Starts all of them, and waits for their ends.
fn at_once(programs: impl Iterator<Item = Program>) -> Vec<Output> {
    let running: Vec<Background> = programs.map(Program::spawn).collect();
    running.into_iter().map(|program| program.wait(std::time::Duration::from_secs(120))).collect()
}

/// The control: the same without the lock, each step in a transaction of its own.
fn unlocked_round(scene: &mut Scene, n: usize) -> Result<At, String> {
    let start = scene.begin(n);
    let asked: Vec<Ask> = (0..6).map(|_| Ask::any(scene.model.newest(), false)).collect();
    let outputs = at_once(asked.iter().map(|ask| unlocked(scene.dir()).arg(scene.url()).args(ask.args())));
    let asked: Vec<_> = asked.into_iter().map(|ask| (ask, None)).collect();
    judge(scene, start, &asked, &outputs)
}

child! {
    async fn unlocked(args: Vec<String>) {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let mut options = ConnectOptions::new(args[0]);
        options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| sqlite.foreign_keys(false));
        let db = Database::connect(options).await.expect("connect");
        let steps = history();
        let from = number(&db, &format!("SELECT count(*) FROM {HISTORY_TABLE}")).await as usize;
        let Some(to) = Ask::of(&args[1..]).leads(from, steps.len()) else { panic!("it is not applied") };
        let chosen: Vec<_> = match to >= from {
            true => steps[from..to].iter().collect(),
            false => steps[to..from].iter().rev().collect(),
        };
        for step in &chosen {
            let tx = db.begin().await.expect("begin");
            let manager = SchemaManager::new(&tx);
            let record = if to > from {
                step.migration().up(&manager).await.expect("up");
                format!(
                    "INSERT INTO {HISTORY_TABLE} (version, checksum, applied_at, duration_ms, product_version) \
                     VALUES ('{}', '{}', '2026-01-01T00:00:00+00:00', 0, '')",
                    step.version(), step.checksum(scene::kind_of(args[0]))
                )
            } else {
                step.migration().down(&manager).await.expect("down");
                format!("DELETE FROM {HISTORY_TABLE} WHERE version = '{}'", step.version())
            };
            sea_orm::ConnectionTrait::execute_unprepared(&tx, &record).await.expect("record");
            tx.commit().await.expect("commit");
            println!("{}", json!({ "kind": "finished", "version": step.version() }));
        }
        if !chosen.is_empty() {
            println!("{}", json!({ "kind": "committed" }));
        }
        let name = |n: usize| (n > 0).then(|| name(n));
        let ran: Vec<_> = chosen.iter().map(|step| json!({ "version": step.version() })).collect();
        let direction = if to > from { "up" } else { "down" };
        println!("{}", json!({
            "kind": "summary", "direction": direction, "from": name(from), "to": name(to), "steps": ran
        }));
    }
}
