//! SQLite files at several versions with rows, and what taking them up or down makes of them.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use callboard_migration::backup;
use callboard_migration::runner::{self, Goal, Options};
use support::cli::{Output, Program, migration};
use support::scratch_dir;
use support::shim::{Calls, Fault, inject};
use tempfile::TempDir;

use super::state::{State, Verdict, open};
use super::{block_on, each, is_full};
use crate::migration::common::sql;
use crate::migration::data;

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Journal {
    Wal,
    Delete,
}

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Direction {
    Up,
    Down,
}

/// A way up or down between the newest version and an older one.
#[derive(Debug)]
pub struct Scenario {
    pub journal: Journal,
    pub direction: Direction,
    /// How many steps the older version has.
    pub stage: usize,
    start: PathBuf,
    pub old: State,
    pub new: State,
    /// What `up` makes of each.
    up_from_old: State,
    up_from_new: State,
    /// The calls of an undisturbed run.
    pub calls: Calls,
}

/// What is left of one run.
#[derive(Debug)]
pub struct Left {
    pub dir: TempDir,
    pub output: Output,
    pub calls: Calls,
    pub verdict: Verdict,
}

impl fmt::Display for Scenario {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?} to or from step {} ({:?} journal)", self.direction, self.stage, self.journal)
    }
}

impl Scenario {
    /// Both journal modes, both directions, from and to a few versions: two in every run, nine in the full one.
    pub fn all() -> &'static [Self] {
        static ALL: OnceLock<Vec<Scenario>> = OnceLock::new();
        ALL.get_or_init(Self::make_all)
    }

    fn make_all() -> Vec<Self> {
        let stages: &[usize] = if is_full() { &[0, 4, 6, 10, 12, 14, 16, 20, 23] } else { &[0, 12] };
        let mut wanted = Vec::new();
        for journal in [Journal::Wal, Journal::Delete] {
            for direction in [Direction::Up, Direction::Down] {
                wanted.extend(stages.iter().map(|stage| (journal, direction, *stage)));
            }
        }
        each(&wanted, |(journal, direction, stage)| Self::new(*journal, *direction, *stage))
    }

    pub fn new(journal: Journal, direction: Direction, stage: usize) -> Self {
        let files = files(journal);
        let start = match direction {
            Direction::Up => files[stage].clone(),
            Direction::Down => files.last().expect("a newest version").clone(),
        };
        let dir = scratch_dir();
        let file = copy(&start, dir.path());
        let old = state(&file);
        let log = dir.path().join("log");
        inject(program(dir.path(), direction, stage), Fault::None, &log).run().ok();
        let new = state(&file);
        assert_ne!(old, new);
        let up = |from: &Path| {
            let dir = scratch_dir();
            let file = copy(from, dir.path());
            migration(dir.path()).args(["up", "--database-url"]).arg(url(&file)).run().ok();
            state(&file)
        };
        let (up_from_old, up_from_new) = (up(&start), up(&file));
        Self { journal, direction, stage, start, old, new, up_from_old, up_from_new, calls: Calls::read(&log) }
    }

    /// The command, in a directory that holds the file.
    pub fn program(&self, dir: &Path) -> Program {
        program(dir, self.direction, self.stage)
    }

    /// Runs a program on a fresh copy of the file with a fault.
    pub fn run(&self, program: impl Fn(&Self, &Path) -> Program, fault: Fault) -> Left {
        let dir = scratch_dir();
        let file = copy(&self.start, dir.path());
        let logs = scratch_dir();
        let log = logs.path().join("log");
        let output = inject(program(self, dir.path()), fault, &log).run();
        let verdict = block_on(State::judge_file(&file, &self.old, &self.new));
        Left { dir, output, calls: Calls::read(&log), verdict }
    }

    /// The next `up`, without any help, makes the newest version of what is left, and leaves no file behind.
    pub fn goes_on(&self, left: &Left) -> Result<(), String> {
        let file = left.dir.path().join("board.db");
        let output = migration(left.dir.path()).args(["up", "--database-url"]).arg(url(&file)).run();
        if output.exit != Some(0) {
            return Err(format!("the next up fails\n{output}"));
        }
        let expected = if left.verdict == Verdict::Old { &self.up_from_old } else { &self.up_from_new };
        let state = block_on(State::of_file(&file))?;
        if state != *expected {
            return Err(format!("the next up makes something else: {}", state.difference(expected)));
        }
        let mut names = names(left.dir.path());
        // An `up` with nothing to do writes nothing: SQLite takes away an empty journal at the next write, and a backup
        // that was not finished goes with the next one.
        let idle = self.direction == Direction::Down && left.verdict == Verdict::Old;
        if idle {
            names.retain(|name| name != "board.db-journal");
        }
        names.retain(|name| name != "board.db.backups");
        if names != [".board.db.migrate.lock", "board.db"] {
            return Err(format!("left behind: {names:?}"));
        }
        backups(&file, !idle).map(drop)
    }
}

/// Reads every backup of a file in full, and gives how many there are. `swept`: nothing else may lie beside them.
pub fn backups(file: &Path, swept: bool) -> Result<usize, String> {
    backups_of(&Options::new(url(file).parse().expect("a URL")), swept)
}

/// As [`backups`], of any database.
pub fn backups_of(options: &Options, swept: bool) -> Result<usize, String> {
    let (found, broken) = backup::list(options).expect("a folder");
    if let Some(error) = broken.first() {
        return Err(format!("a manifest under its final name: {error}"));
    }
    for one in &found {
        block_on(backup::check(one)).map_err(|error| format!("a backup under its final name: {error}"))?;
    }
    let names = names(&backup::folder(options).expect("a folder"));
    let pairs = names.iter().filter(|name| !name.starts_with('.')).count();
    let tidy = pairs == 2 * found.len() && names.iter().all(|name| !name.starts_with('.') || name == ".lock");
    if swept && !tidy { Err(format!("beside the backups: {names:?}")) } else { Ok(found.len()) }
}

/// What a folder holds, sorted; nothing when there is none.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<_> = entries.map(|e| e.expect("an entry").file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

fn program(dir: &Path, direction: Direction, stage: usize) -> Program {
    let program = match (direction, stage) {
        (Direction::Up, _) => migration(dir).arg("up"),
        (Direction::Down, 0) => migration(dir).args(["down", "--yes-lose-data", "--all"]),
        (Direction::Down, _) => migration(dir).args(["down", "--yes-lose-data", "--to"]).arg(stage.to_string()),
    };
    program.arg("--database-url").arg(url(&dir.join("board.db")))
}

/// What is in a file that is sound.
#[track_caller]
pub fn state(file: &Path) -> State {
    block_on(State::of_file(file)).unwrap_or_else(|damage| panic!("{}: {damage}", file.display()))
}

pub fn url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

/// Copies a file that nobody has open to `board.db` of a directory.
pub fn copy(start: &Path, dir: &Path) -> PathBuf {
    let file = dir.join("board.db");
    std::fs::copy(start, &file).expect("copy the file");
    file
}

/// A file a version, in order, each with every row that its steps are tested with, beside a table of somebody else's.
pub fn files(journal: Journal) -> &'static [PathBuf] {
    static FILES: [OnceLock<(TempDir, Vec<PathBuf>)>; 2] = [OnceLock::new(), OnceLock::new()];
    &FILES[journal as usize].get_or_init(|| block_on(make(journal))).1
}

async fn make(journal: Journal) -> (TempDir, Vec<PathBuf>) {
    let dir = scratch_dir();
    let file = dir.path().join("board.db");
    let db = open(&file).await;
    let mode = format!("{journal:?}").to_lowercase();
    sql(&db, &format!("PRAGMA journal_mode = {mode}; CREATE TABLE guest_notes (id integer PRIMARY KEY, note text)"))
        .await;
    sql(&db, "INSERT INTO guest_notes (note) VALUES ('theirs'), (NULL)").await;
    db.close().await.expect("close");
    let keep = |stage: usize| {
        let to = dir.path().join(format!("{stage}.db"));
        std::fs::copy(&file, &to).expect("copy a stage");
        to
    };
    let mut out = vec![keep(0)];
    let options = Options::new(url(&file).parse().expect("a URL"));
    for (number, step) in (1..).zip(callboard_migration::history()) {
        runner::up(&options, Goal::Steps(1), &mut |_| {}).await.unwrap_or_else(|e| panic!("{}: {e}", step.version()));
        let db = open(&file).await;
        for statement in data::rows_of(support::Kind::Sqlite, step.version()) {
            sql(&db, &statement).await;
        }
        db.close().await.expect("close");
        out.push(keep(number));
    }
    (dir, out)
}
