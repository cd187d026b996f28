//! What the runner tells while it works, and at the end.

use std::fmt;
use std::time::Duration;

use super::Loss;
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
    Finished {
        direction: Direction,
        version: String,
        number: usize,
        of: usize,
        duration: Duration,
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
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
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
}
