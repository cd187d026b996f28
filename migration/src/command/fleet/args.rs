//! The arguments that the verbs over many databases share.

use std::path::PathBuf;
use std::time::Duration;

use callboard_migration::backup::Keep;
use callboard_migration::fleet::{DEFAULT_PATTERN, Settings};
use clap::builder::TypedValueParser;

/// Which databases, and how to answer.
#[derive(Debug, clap::Args)]
pub struct Fleet {
    /// The folder below which the databases are; no link is followed below it
    #[arg(long, value_name = "DIR")]
    root: PathBuf,

    /// Where they are below it: * stands for the name of a project, of letters, digits, . _ and -
    #[arg(long, value_name = "PATTERN", default_value = DEFAULT_PATTERN)]
    pattern: String,

    /// Only this project; may be given several times
    #[arg(long, value_name = "NAME")]
    project: Vec<String>,

    /// How many databases are worked on at once [default: twice the number of processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=256).map(to_usize))]
    jobs: Option<usize>,

    /// How many seconds to wait for another process at one database
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    lock_timeout: u64,

    /// Print one JSON object a line: the events, then a summary
    #[arg(long)]
    pub json: bool,
}

impl Fleet {
    pub fn settings(&self) -> Settings {
        let mut settings = Settings::new(&self.root);
        settings.pattern.clone_from(&self.pattern);
        settings.projects.clone_from(&self.project);
        settings.jobs = self.jobs.unwrap_or(settings.jobs);
        settings.lock_timeout = Duration::from_secs(self.lock_timeout);
        settings
    }
}

/// How a run goes on, and when it stops.
#[derive(Debug, clap::Args)]
pub struct Care {
    /// Work on so many first, one after another; when one of them fails no other is tried
    #[arg(long, value_name = "K", default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=1_000_000).map(to_usize))]
    canary: usize,

    /// Begin no further one when more than so many have failed
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u64).range(0..=1_000_000).map(to_usize))]
    max_failures: Option<usize>,

    /// Go on with the newest run of the same verb, goal, pattern, projects and build, if it was interrupted; what it
    /// finished is not redone, unless it has changed since
    #[arg(long)]
    resume: bool,

    /// Try up and down on a copy of each database, which is then removed; say what would be done, and change nothing
    #[arg(long, conflicts_with = "resume")]
    pub dry_run: bool,
}

impl Care {
    pub fn apply(&self, settings: &mut Settings) {
        settings.canary = self.canary;
        settings.max_failures = self.max_failures;
        settings.resume = self.resume;
    }
}

/// Which backups stay. Each database has a folder of its own, `FILE.backups` beside it.
#[derive(Debug, clap::Args)]
pub struct Backups {
    /// Keep so many of the newest backups of each database, and ...
    #[arg(long, value_name = "N", default_value_t = Keep::default().newest, value_parser = clap::value_parser!(u64).range(1..=100_000).map(to_usize))]
    keep: usize,

    /// ... all that are younger than so many days; older ones are removed when a new one was taken
    #[arg(long, value_name = "DAYS", default_value_t = Keep::default().days, value_parser = clap::value_parser!(u32).range(0..=36_500))]
    keep_days: u32,
}

impl Backups {
    pub fn apply(&self, settings: &mut Settings) {
        settings.backups.keep = Some(Keep { newest: self.keep, days: self.keep_days });
    }
}

/// The backups that precede a change.
#[derive(Debug, clap::Args)]
pub struct Protection {
    #[command(flatten)]
    backups: Backups,

    /// Take no backups: a failure after COMMIT can then not be undone, nor the run by `fleet restore`
    #[arg(long)]
    no_backup: bool,
}

impl Protection {
    pub fn apply(&self, settings: &mut Settings) {
        self.backups.apply(settings);
        settings.backups.before_changes = !self.no_backup;
    }
}

fn to_usize(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}
