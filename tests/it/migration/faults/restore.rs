//! A restore that is killed or meets a failing disk: the database is as before, or it is the backup's.

use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use support::cli::{Output, Program, migration};
use support::shim::{Calls, Family, Fault, inject};
use support::{child, plain, scratch_dir};
use tempfile::TempDir;

use super::backup::{disk, kills, write_over};
use super::report::{Figures, record};
use super::scenario::{Journal, backups, copy, files, names, state, url};
use super::state::{State, Verdict};
use super::{block_on, each, share, spread};

/// The version that the backup is of, by its number; the database is at the newest.
const STAGE: usize = 12;

plain! {
    fn a_killed_restore_leaves_old_or_new() {
        let points = kills(share(5, 400), |journal| run(journal, program, Fault::None).calls.0.len());
        let answers = each(&points, |(journal, fault)| {
            let left = run(*journal, program, *fault);
            let failure = look(*journal, &left).err().map(|e| format!("{journal:?}, {fault:?}: {e}"));
            (left.output.signal == Some(9), failure)
        });
        let mut figures = Figures::new("SIGKILL at a call of `restore`, SQLite", points.len() * 9 / 10);
        answers.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
        let calls = |journal| run(journal, overwrite, Fault::None).calls.0.len();
        figures.controlled_by(broken(&kills(share(4, 100), calls)));
        record(figures);
    }

    fn a_failing_disk_leaves_old_or_new() {
        let calls = [Journal::Wal, Journal::Delete].map(|journal| run(journal, program, Fault::None).calls);
        let points = disk(share(2, 200), |journal| &calls[journal as usize]);
        let answers = each(&points, |(journal, fault)| {
            let left = run(*journal, program, *fault);
            let failure = look(*journal, &left).err().map(|e| format!("{journal:?}, {fault:?}: {e}"));
            (left.calls.faulty() > 0, failure)
        });
        let mut figures = Figures::new("ENOSPC or EIO during `restore`, SQLite", points.len() * 9 / 10);
        answers.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
        let writes = run(Journal::Wal, overwrite, Fault::None).calls.of(Family::Write);
        let full = spread(share(6, 100), writes).into_iter().map(|n| (Journal::Wal, Fault::NoSpace(n)));
        figures.controlled_by(broken(&full.collect::<Vec<_>>()));
        record(figures);
    }
}

/// A backup of the older version of a database, and what is in both.
pub struct Stage {
    dir: TempDir,
    pub old: State,
    pub new: State,
}

impl Stage {
    /// The one of a journal mode; made once.
    pub fn of(journal: Journal) -> &'static Self {
        static ALL: [OnceLock<Stage>; 2] = [OnceLock::new(), OnceLock::new()];
        ALL[journal as usize].get_or_init(|| {
            let dir = scratch_dir();
            let file = copy(&files(journal)[STAGE], dir.path());
            migration(dir.path()).args(["backup", "--database-url"]).arg(url(&file)).run().ok();
            let newest = files(journal).last().expect("a newest version");
            Self { dir, old: state(newest), new: state(&files(journal)[STAGE]) }
        })
    }

    /// The backup's file.
    pub fn backup(&self) -> PathBuf {
        let folder = self.dir.path().join("board.db.backups");
        let file = names(&folder).into_iter().find(|name| name.ends_with(".db")).expect("a backup");
        folder.join(file)
    }

    /// Puts a copy of the backup where those of the directory's database are, and gives its path.
    pub fn lay(&self, dir: &Path) -> PathBuf {
        let folder = dir.join("board.db.backups");
        std::fs::create_dir_all(&folder).expect("make a folder");
        let from = self.backup();
        let to = folder.join(from.file_name().expect("a name"));
        for extension in ["db", "json"] {
            std::fs::copy(from.with_extension(extension), to.with_extension(extension)).expect("copy the backup");
        }
        // It is that database's own: one of a copy would be refused.
        let json = to.with_extension("json");
        let mut manifest: serde_json::Value =
            serde_json::from_slice(&std::fs::read(&json).expect("read")).expect("a manifest");
        let own = dir.canonicalize().expect("a folder").join("board.db");
        manifest["source"]["location"] = own.to_string_lossy().into();
        std::fs::write(&json, manifest.to_string()).expect("write");
        to
    }
}

struct Left {
    dir: TempDir,
    output: Output,
    calls: Calls,
    verdict: Verdict,
}

/// Restores the backup at this path, over the database of the directory.
pub fn restore(dir: &Path, backup: &Path) -> Program {
    migration(dir).args(["restore", "--yes", "--database-url"]).arg(url(&dir.join("board.db"))).arg(backup)
}

fn program(dir: &Path, backup: &Path) -> Program {
    restore(dir, backup)
}

fn overwrite(dir: &Path, backup: &Path) -> Program {
    in_place(dir).arg(backup)
}

fn run(journal: Journal, program: impl Fn(&Path, &Path) -> Program, fault: Fault) -> Left {
    let dir = scratch_dir();
    let file = copy(files(journal).last().expect("a newest version"), dir.path());
    let backup = Stage::of(journal).lay(dir.path());
    let logs = scratch_dir();
    let log = logs.path().join("log");
    let output = inject(program(dir.path(), &backup), fault, &log).run();
    let verdict = block_on(State::judge_file(&file, &Stage::of(journal).old, &Stage::of(journal).new));
    Left { dir, output, calls: Calls::read(&log), verdict }
}

/// What the exit code says is so, every backup is whole, and the next restore does it and tidies up.
fn look(journal: Journal, left: &Left) -> Result<(), String> {
    let file = left.dir.path().join("board.db");
    let fits = match (left.output.exit, left.output.signal) {
        (Some(0), _) => left.verdict == Verdict::New,
        (None, Some(9)) => matches!(left.verdict, Verdict::Old | Verdict::New),
        (Some(1 | 8 | 9), _) => left.verdict == Verdict::Old,
        _ => false,
    };
    let whole = backups(&file, false).map_err(|e| format!("{e}\n{}", left.output))?;
    if !fits || whole == 0 {
        return Err(format!("{:?}, {whole} backups\n{}", left.verdict, left.output));
    }
    let backup = Stage::of(journal).backup();
    let backup = left.dir.path().join("board.db.backups").join(backup.file_name().expect("a name"));
    let next = restore(left.dir.path(), &backup).run();
    if next.exit != Some(0) {
        return Err(format!("the next restore fails\n{next}"));
    }
    let found = block_on(State::of_file(&file))?;
    if found != Stage::of(journal).new {
        return Err(format!("the next restore makes something else: {}", found.difference(&Stage::of(journal).new)));
    }
    backups(&file, true).map(drop)
}

/// How often a file that is written over is neither the old nor the new one, of how many faults.
fn broken(points: &[(Journal, Fault)]) -> (usize, usize) {
    let left = each(points, |(journal, fault)| run(*journal, overwrite, *fault));
    (left.iter().filter(|left| matches!(left.verdict, Verdict::Between(_))).count(), points.len())
}

child! {
    /// The control: writes the backup over the file.
    async fn in_place(args: Vec<String>) {
        write_over(Path::new(&args[0]), Path::new("board.db"));
    }
}
