//! SIGKILL of a run over many databases: each is at the old version or at the new one, and the run can be gone on with.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

use serde_json::Value;
use support::cli::{Output, Program, migration};
use support::shim::{Calls, Fault, When, inject};
use support::{child, plain, scratch_dir};
use tempfile::TempDir;

use super::report::{Figures, record};
use super::scenario::{Direction, Journal, backups, files, names, state, url};
use super::state::{State, Verdict};
use super::{block_on, control, each, share, spread};
use crate::migration::fleet::stage::{history, name, outcomes, summary};

/// Each database's journal mode, and how many steps it is behind.
const PROJECTS: [(Journal, usize); 5] =
    [(Journal::Wal, 2), (Journal::Delete, 2), (Journal::Wal, 4), (Journal::Delete, 1), (Journal::Wal, 0)];

plain! {
    fn a_killed_run_leaves_each_old_or_new() {
        let points = points(share(10, 200), run(program, Fault::None).calls.0.len());
        let answers = each(&points, |fault| {
            let left = run(program, *fault);
            (left.output.signal == Some(9), look(&left).err().map(|e| format!("{fault:?}: {e}")))
        });
        let mut figures = Figures::new("SIGKILL at a call of `fleet up`, SQLite", points.len() * 9 / 10);
        answers.into_iter().for_each(|(hit, failure)| figures.add(hit, failure));
        figures.controlled_by(broken(share(6, 100)));
        record(figures);
    }
}

/// What each database holds before and after.
struct Stage {
    old: Vec<State>,
    new: Vec<State>,
}

impl Stage {
    fn get() -> &'static Self {
        static STAGE: OnceLock<Stage> = OnceLock::new();
        STAGE.get_or_init(|| {
            let dir = scratch_dir();
            lay(dir.path());
            let states = || PROJECTS.iter().enumerate().map(|(n, _)| state(&file(dir.path(), n))).collect();
            let old = states();
            program(dir.path()).run().ok();
            Self { old, new: states() }
        })
    }
}

/// The version of a database, by its number.
fn stage((journal, behind): (Journal, usize)) -> usize {
    files(journal).len() - 1 - behind
}

fn file(root: &Path, number: usize) -> PathBuf {
    root.join("projects").join(name(number + 1)).join("project.db")
}

/// Puts the databases into their places below a folder.
fn lay(root: &Path) {
    for (number, project) in PROJECTS.into_iter().enumerate() {
        let to = file(root, number);
        std::fs::create_dir_all(to.parent().expect("a folder")).expect("make a folder");
        std::fs::copy(&files(project.0)[stage(project)], to).expect("copy the file");
    }
}

fn program(dir: &Path) -> Program {
    migration(dir).args(["fleet", "up", "--root", ".", "--jobs", "2"])
}

/// So many kills among so many calls, which are in another order each time.
fn points(count: usize, calls: usize) -> Vec<Fault> {
    spread(count, calls).into_iter().zip(When::ALL.into_iter().cycle()).map(|(n, when)| Fault::Kill(n, when)).collect()
}

struct Left {
    dir: TempDir,
    output: Output,
    calls: Calls,
    verdicts: Vec<Verdict>,
    /// When each step of a database was applied.
    applied: Vec<Vec<String>>,
}

fn run(program: impl Fn(&Path) -> Program, fault: Fault) -> Left {
    let (old, new) = (&Stage::get().old, &Stage::get().new);
    let dir = scratch_dir();
    lay(dir.path());
    let logs = scratch_dir();
    let log = logs.path().join("log");
    let output = inject(program(dir.path()), fault, &log).run();
    let (mut verdicts, mut applied) = (Vec::new(), Vec::new());
    for number in 0..PROJECTS.len() {
        // A copy is read, since reading what a killed process left is what mends it.
        let copy = copied(&file(dir.path(), number));
        let path = copy.path().join("project.db");
        verdicts.push(block_on(State::judge_file(&path, &old[number], &new[number])));
        applied.push(history(&path));
    }
    Left { dir, output, calls: Calls::read(&log), verdicts, applied }
}

/// A copy of a database, with what belongs to it.
fn copied(file: &Path) -> TempDir {
    let dir = scratch_dir();
    for name in ["project.db", "project.db-wal", "project.db-journal"] {
        match std::fs::copy(file.with_file_name(name), dir.path().join(name)) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => panic!("{name}: {e}"),
            _ => {}
        }
    }
    dir
}

/// What a killed run may leave, and what going on with it makes of that.
fn look(left: &Left) -> Result<(), String> {
    let root = left.dir.path();
    for (number, verdict) in left.verdicts.iter().enumerate() {
        let fits = match (left.output.exit, left.output.signal) {
            (Some(0), _) => *verdict == Verdict::New || PROJECTS[number].1 == 0,
            (None, Some(9)) => !matches!(verdict, Verdict::Between(_)),
            _ => false,
        };
        if !fits {
            return Err(format!("{}: {verdict:?}\n{}", name(number + 1), left.output));
        }
        backups(&file(root, number), false).map_err(|e| format!("{}: {e}", name(number + 1)))?;
    }
    let journal = Journaled::read(root)?;
    let times: Vec<_> = (0..PROJECTS.len()).map(|number| modified(&file(root, number))).collect();
    let resumed = migration(root).args(["fleet", "up", "--root", ".", "--resume", "--json"]).run();
    match &journal {
        Journaled { run: Some(run), ended: false, .. } => {
            let summary = succeeded(&resumed)?;
            if summary["run"] != run.as_str() {
                return Err(format!("another run than {run}\n{resumed}"));
            }
            told(left, &journal, &outcomes(&summary)).map_err(|e| format!("{e}\n{resumed}"))?;
        }
        // There is nothing to go on with: it had not begun, or had come to its end.
        Journaled { ended, .. } => {
            let wanted = if *ended { Verdict::New } else { Verdict::Old };
            let odd = |(number, v): (usize, &Verdict)| *v != wanted && PROJECTS[number].1 > 0;
            if resumed.exit != Some(13) || left.verdicts.iter().enumerate().any(odd) {
                return Err(format!("ended: {ended}, but {:?}\n{resumed}", left.verdicts));
            }
            succeeded(&migration(root).args(["fleet", "up", "--root", ".", "--json"]).run())?;
        }
    }
    for (number, time) in times.into_iter().enumerate() {
        tidy(left, &journal, number, time).map_err(|e| format!("{}: {e}\n{resumed}", name(number + 1)))?;
    }
    let journals = names(&root.join(".callboard-fleet"));
    let ended = Journaled::read(root)?.ended;
    let mine = journals.iter().all(|name| name.ends_with(".jsonl"));
    if ended && mine { Ok(()) } else { Err(format!("the last of the journals {journals:?} has no end")) }
}

fn succeeded(output: &Output) -> Result<Value, String> {
    if output.exit == Some(0) { Ok(summary(output)) } else { Err(format!("the next run fails\n{output}")) }
}

/// What the run that goes on says of each database.
fn told(left: &Left, journal: &Journaled, outcomes: &BTreeMap<String, (String, u64)>) -> Result<(), String> {
    for (number, verdict) in left.verdicts.iter().enumerate() {
        let project = name(number + 1);
        let wanted = match verdict {
            _ if journal.finished.contains(&project) => "skipped",
            Verdict::Old if PROJECTS[number].1 > 0 => "done",
            _ => "nothing_to_do",
        };
        if outcomes.get(&project).is_none_or(|(word, _)| word != wanted) {
            return Err(format!("{project} was {verdict:?}, but is not called {wanted}"));
        }
        if wanted == "skipped" && *verdict != Verdict::New && PROJECTS[number].1 > 0 {
            return Err(format!("{project} is called finished and is {verdict:?}"));
        }
    }
    Ok(())
}

/// At the end a database is new, was changed once, and has a backup of each try that got as far, and nothing else.
fn tidy(left: &Left, journal: &Journaled, number: usize, time: SystemTime) -> Result<(), String> {
    let path = file(left.dir.path(), number);
    let found = names(path.parent().expect("a folder"));
    let behind = PROJECTS[number].1;
    let known = [".project.db.migrate.lock", "project.db", "project.db.backups"];
    if found.iter().any(|name| !known.contains(&name.as_str())) {
        return Err(format!("left behind: {found:?}"));
    }
    let finished = journal.finished.contains(&name(number + 1));
    if finished && modified(&path) != time {
        return Err("it was finished, and written to again".to_owned());
    }
    let most = if left.verdicts[number] == Verdict::Old { 2 } else { 1 };
    let taken = backups(&path, true)?;
    if taken > most * behind.min(1) || taken < behind.min(1) {
        return Err(format!("{taken} backups"));
    }
    let new = &Stage::get().new[number];
    let state = state(&path);
    if state != *new {
        return Err(format!("something else was made: {}", state.difference(new)));
    }
    let (before, after) = (&left.applied[number], history(&path));
    if left.verdicts[number] == Verdict::New && *before != after {
        return Err(format!("it was new, and done again: {before:?} and {after:?}"));
    }
    Ok(())
}

fn modified(file: &Path) -> SystemTime {
    std::fs::metadata(file).and_then(|m| m.modified()).expect("a time")
}

/// What the last journal below a root says.
#[derive(Default)]
struct Journaled {
    /// Its run, unless the first line is not whole.
    run: Option<String>,
    ended: bool,
    /// The projects that were finished with, and well.
    finished: BTreeSet<String>,
}

impl Journaled {
    fn read(root: &Path) -> Result<Self, String> {
        let folder = root.join(".callboard-fleet");
        let Some(last) = names(&folder).pop() else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(folder.join(last)).map_err(|e| e.to_string())?;
        let lines: Vec<Value> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let of = |kind: &'static str| lines.iter().filter(move |line| line["kind"] == kind);
        let text = |value: &Value| value.as_str().map(str::to_owned);
        Ok(Self {
            run: of("fleet").next().and_then(|line| text(&line["run"])),
            ended: of("end").next().is_some(),
            finished: of("finished").filter(|l| l["exit_code"] == 0).filter_map(|l| text(&l["project"])).collect(),
        })
    }
}

/// How often one of the databases is between, when their steps are done without a transaction, of how many kills.
fn broken(count: usize) -> (usize, usize) {
    let undisturbed = run(one_by_one_in, Fault::None);
    assert!(undisturbed.verdicts.iter().zip(PROJECTS).all(|(v, (_, behind))| *v == Verdict::New || behind == 0));
    let left = each(&points(count, undisturbed.calls.0.len()), |fault| run(one_by_one_in, *fault));
    let between = |left: &&Left| left.verdicts.iter().any(|verdict| matches!(verdict, Verdict::Between(_)));
    let killed = left.iter().filter(|left| left.output.signal == Some(9)).count();
    (left.iter().filter(between).count(), killed)
}

fn one_by_one_in(dir: &Path) -> Program {
    let each = PROJECTS.into_iter().enumerate();
    one_by_one(dir).args(each.flat_map(|(number, project)| [url(&file(dir, number)), stage(project).to_string()]))
}

child! {
    /// The control: takes each database up, statement by statement. A URL and a version for each.
    async fn one_by_one(args: Vec<String>) {
        for pair in args.chunks(2) {
            control::without_transaction(&pair[0], Direction::Up, pair[1].parse().expect("a number")).await;
        }
    }
}
