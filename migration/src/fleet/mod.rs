//! The same for a whole folder of SQLite files: found, looked at, changed one by one, and all told at the end.
//!
//! [`prepare`] finds the databases and looks at each; it changes nothing. [`Prepared::run`] does the work: each
//! database is a run of its own, with its own lock, backup and outcome, and one that fails stops no other.

mod chosen;
mod discover;
mod journal;
mod look;
mod outcome;
mod pattern;
mod preflight;
mod processor;
mod rehearse;
mod run;
mod together;
mod work;

use std::path::PathBuf;
use std::time::Duration;

pub use discover::{Found, Project};
pub use look::{Looked, status, verify};
pub use outcome::{Done, Outcome, Skip, Stopped, Summary};
pub use pattern::DEFAULT_PATTERN;
pub use preflight::{Change, Intent, Planned, Prepared, prepare};
pub use run::Progress;

use crate::backup;
use crate::runner::{DEFAULT_LOCK_TIMEOUT, DownGoal, Goal, OnLoss, Options};
use crate::target::DatabaseUrl;

/// Which databases, and how.
#[derive(Clone, Debug)]
pub struct Settings {
    pub root: PathBuf,
    /// A path below the root in which `*` stands for a project's name.
    pub pattern: String,
    /// These only; none are all.
    pub projects: Vec<String>,
    /// How many databases are worked on at once; at least one.
    pub jobs: usize,
    /// So many are changed first, one after another; when one of them fails, no other is tried.
    pub canary: usize,
    /// When more have failed, no further one is begun; none is no limit.
    pub max_failures: Option<usize>,
    /// Goes on with the newest run of the same verb, goal, pattern, projects and build, which must have been interrupted.
    pub resume: bool,
    /// How long to wait for another process at one database.
    pub lock_timeout: Duration,
    /// Each database has its own folder of backups, beside it: `folder` and `run` are not looked at.
    pub backups: backup::Settings,
}

impl Settings {
    /// All projects below a root, by the pattern by default, twice as many at once as there are processors, since
    /// each also waits for the disk.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            pattern: DEFAULT_PATTERN.to_owned(),
            projects: Vec::new(),
            jobs: 2 * std::thread::available_parallelism().map_or(1, usize::from),
            canary: 0,
            max_failures: None,
            resume: false,
            lock_timeout: DEFAULT_LOCK_TIMEOUT,
            backups: backup::Settings::default(),
        }
    }

    /// The options of one project's own run.
    fn options(&self, project: &Project) -> Options {
        let backups = backup::Settings { folder: None, run: None, ..self.backups.clone() };
        let url = DatabaseUrl::sqlite(&project.path);
        Options { lock_timeout: self.lock_timeout, backups, ..Options::new(url) }
    }
}

/// What is done to each database.
#[derive(Clone, Debug)]
pub enum Task {
    Up(Goal),
    Down(DownGoal, OnLoss),
    Backup,
    /// Puts back the backup that the named run took of it; the name may be the beginning of the run's id.
    Restore(String),
}

impl Task {
    /// The verb, as the command has it.
    pub fn verb(&self) -> &'static str {
        match self {
            Self::Up(_) => "up",
            Self::Down(..) => "down",
            Self::Backup => "backup",
            Self::Restore(_) => "restore",
        }
    }

    fn goal(&self) -> String {
        match self {
            Self::Up(Goal::Latest) => "latest".to_owned(),
            Self::Up(Goal::To(version)) | Self::Down(DownGoal::To(version), _) => format!("to:{version}"),
            Self::Up(Goal::Steps(n)) | Self::Down(DownGoal::Steps(n), _) => format!("steps:{n}"),
            Self::Down(DownGoal::All, _) => "all".to_owned(),
            Self::Backup => String::new(),
            Self::Restore(run) => run.clone(),
        }
    }
}
