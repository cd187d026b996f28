//! PostgreSQL: `backup` and `restore` are cut off at any moment: old or new, and nothing at their side.

use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use callboard_migration::runner::Options;
use support::cli::{Background, Output, Program, migration};
use support::{child, plain, scratch_dir};

use super::postgres::{Cut, Stage, connect};
use super::report::{Figures, record};
use super::scenario::backups_of;
use super::state::{State, Verdict, texts};
use super::{block_on, share};
use crate::migration::common::sql;

plain! {
    fn a_killed_backup_leaves_none_or_a_whole_one() {
        let mut stage = Stage::new();
        let test = "Client killed (SIGKILL) during `backup`, PostgreSQL";
        record(run(&mut stage, test, Cut::Client, &BACKUP, share(4, 300)));
    }

    fn a_restore_that_is_cut_off_leaves_old_or_new() {
        let mut stage = Stage::new();
        let test = "Client killed (SIGKILL) during `restore`, PostgreSQL";
        record(run(&mut stage, test, Cut::Client, &RESTORE, share(4, 300)));
        let test = "Backend terminated during `restore`, PostgreSQL";
        record(run(&mut stage, test, Cut::Backend, &RESTORE, share(4, 300)));
    }

    fn a_killed_restore_of_a_whole_database_leaves_old_or_new() {
        let mut stage = Stage::new();
        let test = "Client killed (SIGKILL) during `restore --whole-database`, PostgreSQL";
        record(run(&mut stage, test, Cut::Client, &WHOLE, share(4, 300)));
    }
}

/// What is cut off, and how what it leaves is judged.
struct Work {
    /// The database that each trial gets a copy of.
    template: &'static str,
    job: Job,
    look: fn(&Trial<'_>, Cut, &Output) -> Result<(), String>,
    control: Job,
    /// Whether what the control left is neither.
    broken: fn(&Trial<'_>) -> bool,
}

/// A program, and what it prints when it begins; without that it has begun when its process has.
struct Job(fn(&Trial<'_>) -> Program, Option<&'static str>);

impl Job {
    fn begun(&self, run: &mut Background) {
        if let Some(text) = self.1 {
            run.wait_for(text);
        }
    }
}

const BACKUP: Work = Work {
    template: "start",
    job: Job(backup, None),
    look: look_at_backup,
    control: Job(dump_in_place, Some(BEGINS)),
    broken: is_half_a_dump,
};
const RESTORE: Work = Work {
    template: "reference",
    job: Job(restore, None),
    look: look_at_restore,
    control: Job(drop_first, Some(BEGINS)),
    broken: is_between,
};
const WHOLE: Work = Work { job: Job(whole, None), look: look_at_whole, ..RESTORE };
/// What the controls print.
const BEGINS: &str = "begins";

/// A database of its own, with a home for its backups.
struct Trial<'s> {
    stage: &'s Stage,
    name: &'s str,
    home: &'s Path,
    /// A backup of the old version, which another database has that began as the same.
    backup: &'s Path,
}

impl Trial<'_> {
    fn url(&self) -> String {
        self.stage.url(self.name)
    }

    fn options(&self) -> Options {
        let mut options = Options::new(self.url().parse().expect("a URL"));
        options.backups.folder = Some(self.home.join("backups"));
        options
    }

    fn migration(&self, args: &[&str]) -> Program {
        let program = migration(self.home).args(args.iter().copied()).args(["--lock-timeout", "5"]);
        program.arg("--database-url").arg(self.url())
    }

    /// How many schemas and databases are there that are ours only while something is under way.
    fn at_the_side(&self) -> usize {
        let schemas = self.names(self.name, "SELECT nspname::text FROM pg_namespace WHERE nspname LIKE 'callboard%'");
        schemas.len() + self.databases("callboard%").len()
    }

    fn databases(&self, like: &str) -> Vec<String> {
        self.names("postgres", &format!("SELECT datname::text FROM pg_database WHERE datname LIKE '{like}'"))
    }

    fn names(&self, database: &str, sql: &str) -> Vec<String> {
        block_on(async {
            let db = connect(&self.stage.url(database)).await;
            let found = texts(&db, sql).await;
            db.close().await.expect("close");
            found
        })
    }
}

/// Cuts runs off until so many were really cut off: some come to their end before.
fn run(stage: &mut Stage, test: &str, cut: Cut, work: &Work, count: usize) -> Figures {
    let dir = scratch_dir();
    let backup = backup_of_start(stage, dir.path());
    let mut figures = Figures::new(test, count);
    let long = duration(stage, work.template, &work.job, &backup);
    for n in 0..4 * count {
        if figures.hit >= count {
            break;
        }
        let home = scratch_dir();
        let name = format!("trial_{n}");
        let output = cut_off(stage, cut, work.template, &work.job, (&name, home.path(), &backup), long);
        let trial = Trial { stage, name: &name, home: home.path(), backup: &backup };
        let failure = (work.look)(&trial, cut, &output).err().map(|e| format!("{cut:?}: {e}"));
        figures.add(output.exit != Some(0), failure);
        stage.drop(&name);
    }
    let long = duration(stage, work.template, &work.control, &backup);
    let (mut broke, mut hit) = (0, 0);
    for n in 0..4 * count {
        if hit >= count.div_ceil(3).max(3) {
            break;
        }
        let home = scratch_dir();
        let name = format!("control_{n}");
        let output = cut_off(stage, cut, work.template, &work.control, (&name, home.path(), &backup), long);
        let trial = Trial { stage, name: &name, home: home.path(), backup: &backup };
        hit += usize::from(output.exit != Some(0));
        broke += usize::from((work.broken)(&trial));
        stage.drop(&name);
    }
    figures.controlled_by((broke, hit));
    figures
}

/// Takes the backup that is restored.
fn backup_of_start(stage: &Stage, dir: &Path) -> PathBuf {
    let trial = Trial { stage, name: "start", home: dir, backup: dir };
    backup(&trial).run().ok();
    let (found, _) = callboard_migration::backup::list(&trial.options()).expect("a folder");
    found.first().expect("a backup").path.clone()
}

/// How long an undisturbed run takes, once it has begun.
fn duration(stage: &Stage, template: &str, job: &Job, backup: &Path) -> Duration {
    let home = scratch_dir();
    let trial = Trial { stage, name: "undisturbed", home: home.path(), backup };
    stage.copy(template, trial.name);
    let mut run = (job.0)(&trial).spawn();
    job.begun(&mut run);
    let since = Instant::now();
    run.wait(Duration::from_secs(60)).ok();
    let long = since.elapsed();
    stage.drop(trial.name);
    long
}

fn cut_off(
    stage: &mut Stage,
    cut: Cut,
    template: &str,
    job: &Job,
    (name, home, backup): (&str, &Path, &Path),
    long: Duration,
) -> Output {
    stage.copy(template, name);
    let ready = (job.0)(&Trial { stage, name, home, backup });
    let output = stage.cut(name, cut, ready, |run| {
        job.begun(run);
        std::thread::sleep(long.mul_f64(fastrand::f64()));
    });
    stage.settled(name);
    output
}

fn backup(trial: &Trial<'_>) -> Program {
    trial.migration(&["backup", "--json", "--to", "backups"])
}

fn restore(trial: &Trial<'_>) -> Program {
    trial.migration(&["restore", "--json", "--yes", "--any-source", "--backup-dir", "backups"]).arg(trial.backup)
}

fn whole(trial: &Trial<'_>) -> Program {
    restore(trial).arg("--whole-database")
}

/// None or a whole one, as the exit code says; the database as it was; and the next backup is taken, and tidies up.
fn look_at_backup(trial: &Trial<'_>, _: Cut, output: &Output) -> Result<(), String> {
    let taken = backups_of(&trial.options(), false).map_err(|e| format!("{e}\n{output}"))?;
    let fits = match (output.exit, output.signal) {
        (Some(0), _) => taken == 1,
        (None, Some(9)) => taken <= 1,
        _ => false,
    };
    if !fits || trial.stage.settled(trial.name) != trial.stage.old {
        return Err(format!("{taken} backups, or the database is not as it was\n{output}"));
    }
    let next = backup(trial).run();
    if next.exit != Some(0) {
        return Err(format!("the next backup fails\n{next}"));
    }
    match (backups_of(&trial.options(), true)?, trial.at_the_side()) {
        (found, 0) if found == taken + 1 => Ok(()),
        (found, sides) => Err(format!("{found} backups after {taken} and one more, {sides} at the side")),
    }
}

/// What the exit code says is so, every backup is whole, and the next restore does it and tidies up.
fn look_at_restore(trial: &Trial<'_>, cut: Cut, output: &Output) -> Result<(), String> {
    look_at(trial, cut, output, restore)?;
    match (backups_of(&trial.options(), true)?, trial.at_the_side()) {
        (1.., 0) => Ok(()),
        (found, sides) => Err(format!("{found} backups of what was overwritten, {sides} left at the side")),
    }
}

/// As [`look_at_restore`]. What was there is kept under another name, and not in a backup; a new database that is not
/// complete keeps a name that tells what it is.
fn look_at_whole(trial: &Trial<'_>, cut: Cut, output: &Output) -> Result<(), String> {
    look_at(trial, cut, output, whole)?;
    let kept = trial.databases(&format!("{}_before_20%", trial.name));
    kept.iter().chain(&trial.databases("callboard_restore_%")).for_each(|name| trial.stage.drop(name));
    if kept.is_empty() { Err("what was there is gone".to_owned()) } else { Ok(()) }
}

fn look_at(trial: &Trial<'_>, cut: Cut, output: &Output, again: fn(&Trial<'_>) -> Program) -> Result<(), String> {
    // The backup is of what the stage calls old.
    let verdict = match trial.stage.settled(trial.name).judge(&trial.stage.old, &trial.stage.new) {
        Verdict::Old => Verdict::New,
        Verdict::New => Verdict::Old,
        between @ Verdict::Between(_) => between,
    };
    let fits = match (output.exit, output.signal) {
        (Some(0), _) => verdict == Verdict::New,
        (None, Some(9)) => cut == Cut::Client && !matches!(verdict, Verdict::Between(_)),
        (Some(1 | 8), _) => cut == Cut::Backend && verdict == Verdict::Old,
        _ => false,
    };
    backups_of(&trial.options(), false).map_err(|e| format!("{e}\n{output}"))?;
    if !fits {
        return Err(format!("{verdict:?}\n{output}"));
    }
    let next = again(trial).run();
    if next.exit != Some(0) {
        return Err(format!("the next restore fails\n{next}"));
    }
    let found: State = trial.stage.settled(trial.name);
    if found != trial.stage.old {
        return Err(format!("the next restore makes something else: {}", found.difference(&trial.stage.old)));
    }
    Ok(())
}

/// The control of `backup`: a dump into the file of its final name.
fn dump_in_place(trial: &Trial<'_>) -> Program {
    dump(trial.home).arg(trial.url()).arg(trial.home.join("final.dump"))
}

fn is_half_a_dump(trial: &Trial<'_>) -> bool {
    let file = trial.home.join("final.dump");
    let read = || Command::new("pg_restore").arg("--file=/dev/null").arg(&file).output().expect("start pg_restore");
    file.exists() && !read().status.success()
}

/// The control of `restore`: what is there is dropped, and the backup loaded, each statement for itself.
fn drop_first(trial: &Trial<'_>) -> Program {
    drop_and_load(trial.home).arg(trial.url()).arg(trial.backup)
}

fn is_between(trial: &Trial<'_>) -> bool {
    let found = trial.stage.settled(trial.name);
    matches!(found.judge(&trial.stage.old, &trial.stage.new), Verdict::Between(_))
}

child! {
    /// Writes a dump of a database, by its URL, to a file.
    async fn dump(args: Vec<String>) {
        let mut command = Command::new("pg_dump");
        command.args(["--format=custom", &args[0]]).stdout(Stdio::piped());
        let mut running = command.spawn().expect("start pg_dump");
        let mut file = std::fs::File::create(&args[1]).expect("make the file");
        println!("{BEGINS}");
        std::io::copy(&mut running.stdout.take().expect("its output"), &mut file).expect("write the dump");
        assert!(running.wait().expect("wait for pg_dump").success());
    }

    /// Drops all of a database, by its URL, and becomes a `pg_restore` of a file.
    async fn drop_and_load(args: Vec<String>) {
        println!("{BEGINS}");
        let db = connect(&args[0]).await;
        sql(&db, "DROP SCHEMA public CASCADE").await;
        sql(&db, "CREATE SCHEMA public").await;
        db.close().await.expect("close");
        panic!("pg_restore: {}", Command::new("pg_restore").args(["--no-owner", "--dbname", &args[0], &args[1]]).exec());
    }
}
