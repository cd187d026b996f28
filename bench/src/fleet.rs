//! `migration fleet up` over many databases, some of which can't be migrated: rate, memory, and who fails.

mod make;
mod measure;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use callboard_migration::fleet::Settings;
use serde_json::Value;

use make::{Made, Poison};
use measure::Run;

use crate::frame::options::{Options, Output};
use crate::frame::report::{Figure, Goal, Section};
use crate::frame::{Result, process};

/// The least rate, as a part of that of `VACUUM INTO` and `quick_check`.
const RATE: f64 = 0.5;
/// The most memory, in MB.
const MEMORY: f64 = 300.0;

/// Runs `migration fleet up` over many databases, 1 % of them poisoned
///
/// Each database is at the version before the last three migrations and holds a small board; every 100th is corrupt,
/// damaged, locked, read-only, too new, a link, in a linked folder, missing, or has a table with a name of ours. Before
/// the run the sound ones are copied by VACUUM INTO and the copies checked by quick_check, so many at once, for the
/// ratio. Goals: exactly the poisoned ones fail, each with its exit code; the rate is at least half of the copies'; at
/// most 300 MB of memory. Exit code 1 when one is missed. The binary `migration` beside this one is run.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[arg(long, value_name = "N", default_value_t = 600)]
    databases: usize,

    /// The issues of each board; each database takes about 0.5 MB and 5 kB for each
    #[arg(long, value_name = "N", default_value_t = 50)]
    issues: usize,

    /// How many databases are worked on at once [default: that of `fleet up`]
    #[arg(long, value_name = "N")]
    jobs: Option<usize>,

    /// Let the copies, too, do without SQLite's count of its memory, as `fleet up` does: SQLite keeps it as it is built,
    /// and the connections of a process wait for each other there
    #[arg(long)]
    lean: bool,

    /// How often all of it is done anew; the median of the ratios counts
    #[arg(long, value_name = "N", default_value_t = 3)]
    rounds: usize,

    /// Where the databases are made, and removed after; what is measured depends on how that disk syncs
    #[arg(long, value_name = "DIR", default_value_os_t = std::env::temp_dir())]
    dir: PathBuf,

    #[command(flatten)]
    pub output: Output,
}

impl Args {
    /// As a part of all.
    pub fn of(options: &Options) -> Self {
        let (rounds, dir) = (options.rounds(), options.output.disk.clone());
        Self { databases: 600, issues: 50, jobs: None, lean: false, rounds, dir, output: options.output.clone() }
    }
}

pub async fn run(args: &Args) -> Result<Section> {
    if args.lean && !callboard_migration::without_memory_statistics() {
        return Err("SQLite was in use already".into());
    }
    let jobs = args.jobs.unwrap_or_else(|| Settings::new("").jobs).max(1);
    let (mut ours, mut copies, mut memory) = (Vec::new(), Vec::new(), Vec::new());
    for number in 0..args.rounds.max(1) {
        let round = round(args, jobs, number == 0).await?;
        if !round.wrong.is_empty() {
            let some: Vec<String> = round.wrong.iter().take(20).cloned().collect();
            return Err(format!("{} outcomes are not as they should be\n{}", round.wrong.len(), some.join("\n")).into());
        }
        ours.push(round.rate);
        copies.push(round.copies);
        memory.push(round.memory as f64);
    }
    let group = format!("{} databases of {} issues, {jobs} at once, 1 % of them poisoned", args.databases, args.issues);
    let rate = Figure::paired(&group, "databases/s", ("fleet up", &ours), ("VACUUM INTO, quick_check", &copies));
    let most = memory.iter().copied().fold(0.0, f64::max);
    let memory = Figure::paired(&group, "MB", ("memory", &[most]), ("1 MB", &[1.0]));
    Ok(Section {
        name: "fleet".to_owned(),
        title: "Many databases".to_owned(),
        about: vec![
            "`migration fleet up` over databases that are three migrations behind, each with a small board; every 100th is \
             corrupt, damaged, locked, read-only, too new, a link, in a linked folder, missing, or has a table with a name \
             of ours, and exactly those must fail, each with its exit code. Before it the sound ones are copied by VACUUM \
             INTO and the copies checked by quick_check, so many at once."
                .to_owned(),
        ],
        figures: vec![rate.goal(Goal::AtLeast(RATE, None)), memory.goal(Goal::AtMost(MEMORY))],
        ..Section::default()
    })
}

/// What one round came to.
#[derive(Debug)]
struct Round {
    rate: f64,
    copies: f64,
    memory: u64,
    wrong: Vec<String>,
}

/// Makes the databases, copies them, and migrates them.
async fn round(args: &Args, jobs: usize, is_first: bool) -> Result<Round> {
    let dir = tempfile::Builder::new().prefix("callboard-fleet-").tempdir_in(&args.dir)?;
    let made = make::fleet(dir.path(), args.databases, args.issues).await?;
    let (count, sound) = (args.databases, made.sound.len());
    if is_first {
        eprintln!(
            "{count} databases of {} bytes, {} poisoned, {jobs} at once, in {}",
            made.bytes,
            count - sound,
            args.dir.display()
        );
    }
    let copies = measure::copies(&made.sound, dir.path(), jobs).await?;
    let copy_rate = sound as f64 / copies.as_secs_f64();
    let locked = made.lock().await?;
    let fleet = measure::fleet_up(&process::beside("migration")?, &made.root, jobs)?;
    drop(locked);
    let rate = sound as f64 / fleet.took.as_secs_f64();
    let ratio = rate / copy_rate;
    eprintln!(
        "VACUUM INTO, quick_check {:>7.1} s {copy_rate:>7.1} databases/s    fleet up {:>7.1} s {rate:>7.1} databases/s    \
         ratio {ratio:.2}",
        copies.as_secs_f64(),
        fleet.took.as_secs_f64(),
    );
    Ok(Round { rate, copies: copy_rate, memory: fleet.memory, wrong: wrong(&made, &fleet) })
}

/// Each project whose outcome is another than its poison's, or than done.
fn wrong(made: &Made, run: &Run) -> Vec<String> {
    let outcomes = run.summary["outcomes"].as_array().map_or(&[][..], Vec::as_slice);
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let found: BTreeMap<String, (String, u64)> = outcomes
        .iter()
        .map(|o| (text(&o["project"]), (text(&o["outcome"]), o["exit_code"].as_u64().unwrap_or(u64::MAX))))
        .collect();
    let mut wrong = Vec::new();
    if run.exit != Some(12) && made.sound.len() < made.projects.len() {
        wrong.push(format!("exit code {:?} where some fail\n{}", run.exit, run.errors));
    }
    for (project, poison) in &made.projects {
        let expected = poison.map_or(("done", 0), Poison::outcome);
        match found.get(project) {
            Some((word, code)) if (word.as_str(), *code) == expected => {}
            other => wrong.push(format!("{project} ({poison:?}): {other:?}, and not {expected:?}")),
        }
    }
    if found.len() != made.projects.len() {
        wrong.push(format!("{} outcomes for {} projects", found.len(), made.projects.len()));
    }
    wrong
}

/// Where a project's database is.
fn path(root: &Path, project: &str) -> PathBuf {
    root.join("projects").join(project).join("project.db")
}
