//! SIGINT and SIGTERM while pages or tables are copied: the database is as it was, and no part of a copy is left.
//!
//! No moment is waited for: the program stands still at a call of its own, or a client program of PostgreSQL stands
//! still in the middle of its output, until the signal is sent.

use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callboard_migration::backup;
use callboard_migration::runner::{self, Goal, Options};
use callboard_migration::scratch::Cluster;
use rustix::fs::OFlags;
use support::cli::{Background, Output, Program, migration};
use support::shim::{Calls, Fault, inject};
use support::{Kind, child, plain, scratch_dir};
use tempfile::TempDir;

use super::backup::write_over;
use super::postgres::{admin, connect, state as state_of};
use super::scenario::{Journal, copy, names, state, url};
use super::state::{State, open};
use super::{block_on, each};
use crate::migration::common::{number, sql};
use crate::migration::data;

/// The version of the databases, by its number.
const STAGE: usize = 12;
/// What is written after the backup was taken.
const CHANGE: &str = "UPDATE board_users SET updated_at = '2030-01-01 00:00:00+00:00'";

#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Verb {
    Up,
    Backup,
    Restore,
}

const VERBS: [Verb; 3] = [Verb::Up, Verb::Backup, Verb::Restore];

impl Verb {
    fn args(self, backup: &Path) -> Vec<String> {
        let args = match self {
            Self::Up => vec!["up"],
            Self::Backup => vec!["backup"],
            Self::Restore => vec!["restore", "--yes", "--any-source", backup.to_str().expect("UTF-8")],
        };
        args.into_iter().chain(["--json", "--backup-dir", "backups"]).map(str::to_owned).collect()
    }
}

plain! {
    /// At the first, a middle and the last page of each copy, in both journal modes; and at a page of a copy back, which
    /// is brought to its end.
    fn while_pages_are_copied() {
        let scenes = [Journal::Wal, Journal::Delete].map(Scene::new);
        let mut points = Vec::new();
        for scene in &scenes {
            for verb in VERBS {
                points.extend(scene.points(verb).into_iter().map(|point| (scene, verb, point)));
            }
        }
        assert_eq!(points.len(), 2 * (3 * VERBS.len() + 1));
        let signals = [Background::interrupt, Background::terminate].into_iter().cycle();
        let points: Vec<_> = points.into_iter().zip(signals).collect();
        each(&points, |((scene, verb, point), signal)| scene.interrupt(*verb, point, signal));
    }

    /// The control: a copy in pieces to the final name leaves a part of it.
    fn a_plain_copy_leaves_a_part() {
        let scene = Scene::new(Journal::Delete);
        let (dir, _) = scene.lay();
        let log = dir.path().join("log");
        let run = inject(in_pieces(dir.path()), Fault::Stop(99), &log).spawn();
        run.wait_for_stop();
        run.terminate();
        run.go_on();
        assert_eq!(run.wait(Duration::from_secs(20)).signal, Some(15));
        let length = |name: &str| std::fs::metadata(dir.path().join(name)).expect("it is there").len();
        assert!((1..length("board.db")).contains(&length("copy.db")));
    }

    /// In the middle of every call of `pg_dump` and `pg_restore` that a command makes.
    fn while_client_programs_work() {
        let cluster = Cluster::start().unwrap_or_else(|error| panic!("{error}"));
        let stage = Stalling::new();
        let url = cluster.url("board");
        admin(&cluster, "CREATE DATABASE board");
        block_on(fill(Options::new(url.parse().expect("a URL")), Kind::Postgres));
        let program = |verb: Verb, backup: &Path| {
            migration(stage.dir.path()).args(verb.args(backup)).arg("--database-url").arg(&url)
        };
        program(Verb::Backup, Path::new("")).run().ok();
        let folder = stage.dir.path().join("backups");
        let backup = folder.join(names(&folder).into_iter().find(|name| name.ends_with(".dump")).expect("a backup"));
        block_on(async {
            let db = connect(&url).await;
            sql(&db, CHANGE).await;
            db.close().await.expect("close");
        });
        let mut signals = [Background::interrupt, Background::terminate].into_iter().cycle();
        for (verb, calls) in [(Verb::Backup, 2), (Verb::Up, 2), (Verb::Restore, 4)] {
            let (before, files) = (block_on(state_of(&url)), names(&folder));
            let mut call = 1;
            while let Some(run) = stage.stall(program(verb, &backup), call) {
                // `restore` reads the backup, dumps what is there, reads that, and then puts the backup back.
                let partial = names(&folder).iter().filter(|name| name.starts_with(".partial-")).count();
                assert_eq!(partial == 1, verb != Verb::Restore || [2, 3].contains(&call), "{verb:?}, call {call}");
                signals.next().expect("a signal")(&run);
                interrupted(&run.wait(Duration::from_secs(20)), verb);
                stage.is_gone();
                quiet(&cluster);
                let found = block_on(state_of(&url));
                assert!(found == before, "{verb:?}, call {call}: {}", found.difference(&before));
                let mut wanted = files.clone();
                if (verb, call) == (Verb::Restore, 4) {
                    // What was there is a whole backup by then.
                    wanted = block_on(whole(&url, &folder));
                    assert_eq!(wanted.len(), files.len() + 2);
                }
                assert_eq!(names(&folder), wanted, "{verb:?}, call {call}");
                call += 1;
            }
            assert_eq!(call - 1, calls, "{verb:?} makes other calls now");
            let after = block_on(state_of(&url));
            assert_eq!(after == before, verb == Verb::Backup, "{verb:?}, which ran to its end");
        }
    }
}

/// The files of a folder that holds backups only, each of which is whole.
async fn whole(url: &str, folder: &Path) -> Vec<String> {
    let mut options = Options::new(url.parse().expect("a URL"));
    options.backups.folder = Some(folder.to_owned());
    let (found, broken) = backup::list(&options).expect("a folder");
    assert!(broken.is_empty(), "{broken:?}");
    let mut files = vec![".lock".to_owned()];
    for one in found {
        backup::check(&one).await.expect("a whole backup");
        let file = one.path.file_name().expect("a name").to_string_lossy().into_owned();
        files.extend([file.replace(".dump", ".json"), file]);
    }
    files.sort();
    files
}

/// What is said of a run that was interrupted before its point of no return.
#[track_caller]
fn interrupted(output: &Output, verb: Verb) {
    let output = output.clone().code(130);
    let lines: Vec<&str> = output.stderr.lines().collect();
    assert!(output.stderr.contains("Error: interrupted"), "{verb:?} {output}");
    assert_eq!(lines.last(), Some(&"Nothing was changed."), "{verb:?} {output}");
    for kind in ["summary", "committing", "restoring"] {
        assert!(!output.stdout.contains(&format!("\"kind\":\"{kind}\"")), "{verb:?} {output}");
    }
}

/// A board with rows, at the version of the tests.
async fn fill(options: Options, kind: Kind) {
    for step in callboard_migration::history().iter().take(STAGE) {
        let settings = backup::Settings { before_changes: false, ..Default::default() };
        let options = Options { backups: settings, ..options.clone() };
        runner::up(&options, Goal::Steps(1), &mut |_| {}).await.expect("up");
        let db = connect(&options.url.expose_secret()).await;
        for statement in data::rows_of(kind, step.version()) {
            sql(&db, &statement).await;
        }
        db.close().await.expect("close");
    }
}

/// A SQLite file of many pages, a backup of it, and what is in both.
struct Scene {
    journal: Journal,
    dir: TempDir,
    backup: PathBuf,
    now: State,
    then: State,
}

/// Where a run is interrupted.
#[derive(Clone, Copy, Debug)]
struct Point {
    call: usize,
    /// How many calls the undisturbed run makes.
    of: usize,
    /// Whether pages are copied after this one, and more than are copied before a signal is looked for.
    early: bool,
    /// Whether it is a page of the copy back.
    back: bool,
}

impl Scene {
    /// Pages are small, so that there are many of them.
    fn new(journal: Journal) -> Self {
        let dir = scratch_dir();
        let file = dir.path().join("board.db");
        block_on(async {
            let db = open(&file).await;
            let mode = format!("{journal:?}").to_lowercase();
            sql(&db, &format!("PRAGMA page_size = 512; PRAGMA journal_mode = {mode}")).await;
            sql(&db, "CREATE TABLE guest_files (bytes blob)").await;
            db.close().await.expect("close");
            fill(Options::new(url(&file).parse().expect("a URL")), Kind::Sqlite).await;
            let db = open(&file).await;
            sql(&db, "INSERT INTO guest_files VALUES (zeroblob(7500000))").await;
            db.close().await.expect("close");
        });
        let then = state(&file);
        migration(dir.path()).args(["backup", "--backup-dir", "backups", "--database-url"]).arg(url(&file)).run().ok();
        let folder = dir.path().join("backups");
        let name = names(&folder).into_iter().find(|name| name.ends_with(".db")).expect("a backup");
        block_on(async {
            let db = open(&file).await;
            sql(&db, CHANGE).await;
            db.close().await.expect("close");
        });
        let now = state(&file);
        assert_ne!(now, then);
        Self { journal, dir, backup: Path::new("backups").join(name), now, then }
    }

    /// A copy of the file and its backup.
    fn lay(&self) -> (TempDir, PathBuf) {
        let dir = scratch_dir();
        let file = copy(&self.dir.path().join("board.db"), dir.path());
        std::fs::create_dir(dir.path().join("backups")).expect("make a folder");
        for name in [self.backup.clone(), self.backup.with_extension("json")] {
            std::fs::copy(self.dir.path().join(&name), dir.path().join(&name)).expect("copy the backup");
        }
        (dir, file)
    }

    fn program(&self, verb: Verb, dir: &Path, file: &Path) -> Program {
        migration(dir).args(verb.args(&self.backup)).arg("--database-url").arg(url(file))
    }

    /// The first, a middle and the last page of the copy that a command makes; and a page of a copy back.
    fn points(&self, verb: Verb) -> Vec<Point> {
        let (dir, file) = self.lay();
        let logs = scratch_dir();
        let log = logs.path().join("log");
        inject(self.program(verb, dir.path(), &file), Fault::None, &log).run().ok();
        let calls = Calls::read(&log).0;
        let of = calls.len();
        let pages = |fits: &dyn Fn(&str) -> bool| -> Vec<usize> {
            let name = |path: &Path| path.file_name().expect("a name").to_string_lossy().into_owned();
            let found = (1..).zip(&calls).filter(|(_, call)| call.name == "pwrite" && fits(&name(&call.path)));
            found.map(|(n, _)| n).collect()
        };
        let out = pages(&|name| name.starts_with(".partial-"));
        assert!(out.len() > 14_000, "{verb:?} copies {} pages only", out.len());
        let last = out[out.len() - 1];
        let point = |call, early| Point { call, of, early, back: false };
        let mut points = vec![point(out[0], true), point(out[out.len() / 2], false), point(last, false)];
        if verb == Verb::Restore {
            let live = if self.journal == Journal::Wal { "board.db-wal" } else { "board.db" };
            let back: Vec<usize> = pages(&|name| name == live).into_iter().filter(|n| *n > last).collect();
            assert!(back.len() > 14_000, "it writes {} pages only", back.len());
            points.push(Point { call: back[back.len() / 2], of, early: false, back: true });
        }
        points
    }

    fn interrupt(&self, verb: Verb, point: &Point, signal: &fn(&Background)) {
        let (dir, file) = self.lay();
        let folder = dir.path().join("backups");
        let before = names(&folder);
        let logs = scratch_dir();
        let log = logs.path().join("log");
        let run = inject(self.program(verb, dir.path(), &file), Fault::Stop(point.call), &log).spawn();
        run.wait_for_stop();
        let what = format!("{verb:?}, {:?}, {point:?}", self.journal);
        assert_eq!(names(&folder).iter().any(|name| name.starts_with(".partial-")), !point.back, "{what}");
        signal(&run);
        run.go_on();
        let output = run.wait(Duration::from_secs(60));
        let made = Calls::read(&log).0.len();
        let mut after = names(&folder);
        after.retain(|name| name != ".lock");
        if point.back {
            // From the first page on that is written back the outcome is the database's.
            let output = output.ok();
            assert!(output.stderr.contains("Interrupted while the changes are being committed"), "{what} {output}");
            assert_eq!((state(&file) == self.then, after.len()), (true, before.len() + 2), "{what}");
            return;
        }
        interrupted(&output, verb);
        assert!(!point.early || made < point.of / 2, "{what}: it was copied to its end, {made} calls");
        assert_eq!((state(&file) == self.now, after), (true, before), "{what}");
        self.program(verb, dir.path(), &file).run().ok();
    }
}

child! {
    /// The control: copies the file in pieces to its final name.
    async fn in_pieces(_args: Vec<String>) {
        write_over(Path::new("board.db"), Path::new("copy.db"));
    }
}

/// Client programs of which one call stands still in the middle of its output.
struct Stalling {
    dir: TempDir,
}

impl Stalling {
    fn new() -> Self {
        let dir = scratch_dir();
        let made = std::process::Command::new("mkfifo").arg(dir.path().join("never")).status().expect("start mkfifo");
        assert!(made.success());
        for name in ["pg_dump", "pg_restore"] {
            let body = format!(
                "#!/bin/sh\ncd {}\ncase \"$1\" in --version) exec /usr/bin/env {name} \"$@\";; esac\n\
                 echo {name} >>calls\n[ \"$(wc -l <calls)\" = \"$STALL\" ] || exec /usr/bin/env {name} \"$@\"\n\
                 /usr/bin/env {name} \"$@\" >whole || exit\nhead -c $(($(wc -c <whole) / 2)) whole\n: >stalled\n\
                 read -r line <never\n",
                dir.path().display()
            );
            let path = dir.path().join("bin").join(name);
            std::fs::create_dir_all(dir.path().join("bin")).expect("make a folder");
            std::fs::write(&path, body).expect("write");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("make it a program");
        }
        Self { dir }
    }

    /// Starts the program, and gives it back once its so-manieth call of a client program stands still; none when it
    /// ended well before.
    fn stall(&self, program: Program, call: usize) -> Option<Background> {
        for name in ["calls", "stalled"] {
            // The first run finds none.
            let _ = std::fs::remove_file(self.dir.path().join(name));
        }
        let mut run = program.env("PG_BIN", self.dir.path().join("bin")).env("STALL", call.to_string()).spawn();
        let deadline = Instant::now() + Duration::from_secs(60);
        while run.is_running() {
            if self.dir.path().join("stalled").exists() {
                return Some(run);
            }
            assert!(Instant::now() < deadline, "it neither stalls nor ends");
            std::thread::sleep(Duration::from_millis(2));
        }
        run.wait(Duration::from_secs(1)).ok();
        None
    }

    /// Waits until nobody reads from the pipe: the client program has gone with the run.
    #[track_caller]
    fn is_gone(&self) {
        let deadline = Instant::now() + Duration::from_secs(5);
        let flags = OFlags::NONBLOCK.bits().cast_signed();
        while std::fs::OpenOptions::new().write(true).custom_flags(flags).open(self.dir.path().join("never")).is_ok() {
            assert!(Instant::now() < deadline, "the client program goes on");
            std::thread::sleep(Duration::from_millis(2));
        }
    }
}

/// Waits until no session of a run is left on the server, nor a lock; no schema of a restore is there either.
#[track_caller]
fn quiet(cluster: &Cluster) {
    let deadline = Instant::now() + Duration::from_secs(5);
    block_on(async {
        let db = connect(&cluster.url("board")).await;
        let busy = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'callboard migration'";
        while number(&db, busy).await > 0 {
            assert!(Instant::now() < deadline, "a session of the run goes on");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(number(&db, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'callboard%'").await, 0);
        db.close().await.expect("close");
    });
}
