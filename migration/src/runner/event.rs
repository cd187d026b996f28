//! What the runner tells while it works, and at the end.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use super::{Drift, Loss};
use crate::backup::Backup;
use crate::target::Kind;

/// Which way a run goes.
#[derive(Clone, Copy, Debug, Eq, PartialEq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    Up,
    Down,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Up => "up",
            Self::Down => "down",
        })
    }
}

/// One thing that happened.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Another process holds the lock; sent once.
    Waiting {
        what: String,
        at_most: Duration,
    },
    /// The lock is held and the transaction open; these steps will run, in this order.
    Planned {
        direction: Direction,
        versions: Vec<String>,
    },
    /// The run will lose these rows, as the caller accepted.
    Losing {
        losses: Vec<Loss>,
    },
    Started {
        direction: Direction,
        version: String,
        number: usize,
        of: usize,
    },
    /// A statement of the step that is running; only where [`super::Options::show_sql`] asks for it.
    Statement {
        version: String,
        sql: String,
    },
    Finished {
        direction: Direction,
        version: String,
        number: usize,
        of: usize,
        duration: Duration,
    },
    /// The schema was not the expected one before the run. What differs stays as it is.
    Drifted {
        drift: Vec<Drift>,
    },
    /// What must hold before COMMIT does: the rows of each table before the first step and after the last.
    Checked {
        before: BTreeMap<String, u64>,
        after: BTreeMap<String, u64>,
    },
    /// A backup of what is there is being taken into this folder.
    BackingUp {
        folder: PathBuf,
    },
    /// So many pages of so many are copied; sent a few times a second at most.
    Copying {
        done: u64,
        of: u64,
    },
    /// Our tables are being copied into a new database, which is dropped at the end.
    CopyingTables {
        database: String,
    },
    /// The backup is complete, checked and on the disk.
    BackedUp {
        backup: Box<Backup>,
    },
    /// A backup is being read in full.
    Checking {
        path: PathBuf,
    },
    /// The change failed in a way that a rollback does not undo: a backup is put back next. Do not drop the future.
    Undoing {
        reason: String,
    },
    /// The backup is being written into the database: do not drop the future.
    Restoring {
        backup: Box<Backup>,
    },
    /// Rights and owners that a restore could not give again, each in a line.
    NotGiven {
        notes: Vec<String>,
    },
    Restored {
        backup: Box<Backup>,
    },
    /// All steps ran and the checks passed. From here on the outcome is the database's: do not drop the future.
    Committing,
    Committed,
}

/// A step that was run.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Done {
    pub version: String,
    pub duration_ms: u64,
}

/// What a run did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Report {
    pub database: Kind,
    pub direction: Direction,
    /// The newest applied version before; none on an empty database.
    pub from: Option<String>,
    /// The newest applied version after.
    pub to: Option<String>,
    /// In the order in which they ran; empty when there was nothing to do.
    pub steps: Vec<Done>,
    /// The rows that were lost on the way down.
    pub losses: Vec<Loss>,
    /// The backup that was taken before; none where no row could be lost.
    pub backup: Option<Backup>,
}
