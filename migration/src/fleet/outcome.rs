//! How it ended: for each database, and for all of them.

use std::path::PathBuf;

use serde::Serialize;

use crate::error::Error;

/// What was done to a database.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Done {
    /// The newest applied version before.
    pub from: Option<String>,
    /// The newest applied version after.
    pub to: Option<String>,
    /// How many migrations ran.
    pub steps: usize,
    /// The rows that were lost on the way down.
    pub rows_lost: u64,
    /// The backup that was taken: before the change, or of what a restore overwrote.
    pub backup: Option<PathBuf>,
    pub duration_ms: u64,
}

/// Why a database was left alone.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Skip {
    /// The project has none.
    NoDatabase,
    /// The run that is restored took none of it.
    NoBackup,
    /// The interrupted run that is gone on with had done it.
    DoneBefore,
    /// The run was stopped before its turn.
    NotTried,
    /// The run was interrupted in the middle of it, and it was rolled back.
    RolledBack,
}

impl std::fmt::Display for Skip {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoDatabase => "no database",
            Self::NoBackup => "no backup of that run",
            Self::DoneBefore => "done before the interruption",
            Self::NotTried => "not tried",
            Self::RolledBack => "interrupted and rolled back",
        })
    }
}

/// How it ended for one database.
#[derive(Clone, Debug)]
pub enum Outcome {
    Done(Done),
    /// It was at its goal already.
    Nothing {
        at: Option<String>,
    },
    Skipped(Skip),
    Failed(Error),
}

impl Outcome {
    /// One word for it.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Nothing { .. } => "nothing to do",
            Self::Skipped(_) => "skipped",
            Self::Failed(_) => "failed",
        }
    }

    /// 0, or the code of its error.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Failed(error) => error.exit_code(),
            _ => 0,
        }
    }
}

/// Why a run did not try all databases.
#[derive(Clone, Debug)]
pub enum Stopped {
    /// By a signal.
    Interrupted,
    /// One of the first ones failed.
    Canary { project: String },
    /// More failed than were allowed.
    Failures { failed: usize },
    /// What was done could no longer be written down.
    Journal(Error),
}

/// How a run ended.
#[derive(Clone, Debug)]
pub struct Summary {
    /// The run's id, by which `restore` finds its backups.
    pub run: String,
    /// Each project with its outcome, by name.
    pub outcomes: Vec<(String, Outcome)>,
    /// Why not all were tried.
    pub stopped: Option<Stopped>,
}

impl Summary {
    /// Those that are at their goal now, those that were left alone, and those that failed.
    pub fn counts(&self) -> (usize, usize, usize) {
        let count = |of: fn(&Outcome) -> bool| self.outcomes.iter().filter(|(_, o)| of(o)).count();
        (
            count(|o| matches!(o, Outcome::Done(_) | Outcome::Nothing { .. })),
            count(|o| matches!(o, Outcome::Skipped(_))),
            count(|o| matches!(o, Outcome::Failed(_))),
        )
    }

    /// The projects whose failure has this exit code.
    pub fn failed_with(&self, code: u8) -> Vec<&str> {
        let failed = self.outcomes.iter().filter(|(_, o)| o.exit_code() == code && code != 0);
        failed.map(|(name, _)| name.as_str()).collect()
    }

    /// 130 when it was interrupted, 12 when some failed, 1 when the journal could not be written, else 0.
    pub fn exit_code(&self) -> u8 {
        match &self.stopped {
            Some(Stopped::Interrupted) => 130,
            _ if self.counts().2 > 0 => 12,
            Some(Stopped::Journal(error)) => error.exit_code(),
            _ => 0,
        }
    }
}
