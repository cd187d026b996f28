//! How a run is driven, and who is told.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use callboard_entity::{WorkflowRunStatus, WorkflowStepStatus};
use chrono::TimeDelta;
use uuid::Uuid;

use crate::error::{Error, Result};

/// The longest lease of a runner: 24 hours.
const MAX_LEASE: Duration = Duration::from_secs(24 * 60 * 60);

/// How a run is driven.
#[derive(Clone, Debug)]
pub struct RunOptions {
    /// Who drives it, as lists and the ledger name it; made up where none is named. At most 200 characters.
    pub runner: Option<String>,
    /// For how long the run is this runner's without a sign of life: 1 second to 24 hours, 30 seconds by default.
    ///
    /// A third of it passes between two heartbeats. A run whose lease ran out is interrupted: any process may take it.
    pub lease: Duration,
    /// Whether a delegated step is waited for in the process (the default), looking every `poll`; else the drive ends
    /// as [`super::Drive::Waiting`] and is called again once the item has ended.
    pub wait: bool,
    /// How often a waiting step is looked at: 500 milliseconds by default.
    pub poll: Duration,
    /// Who is told of what happens: see [`RunOptions::observe`].
    pub observer: Option<Observer>,
}

impl Default for RunOptions {
    fn default() -> Self {
        Self {
            runner: None,
            lease: Duration::from_secs(30),
            wait: true,
            poll: Duration::from_millis(500),
            observer: None,
        }
    }
}

impl RunOptions {
    /// Calls `callback` when the run and each attempt of a step begin and end.
    ///
    /// It is called after the change was committed, in the task that drives the run, so it should be quick. What it
    /// panics with is traced and harms nothing. After a crash the last call may be missing: what must not be missed
    /// belongs into a step.
    #[must_use]
    pub fn observe(mut self, callback: impl Fn(&Happened) + Send + Sync + 'static) -> Self {
        self.observer = Some(Observer(Arc::new(callback)));
        self
    }

    pub(super) fn tell(&self, happened: &Happened) {
        if let Some(Observer(callback)) = &self.observer
            && catch_unwind(AssertUnwindSafe(|| callback(happened))).is_err()
        {
            tracing::warn!(?happened, "a workflow callback panicked");
        }
    }

    pub(super) fn lease(&self) -> Result<TimeDelta> {
        let lease = TimeDelta::from_std(self.lease).unwrap_or(TimeDelta::MAX);
        if (Duration::from_secs(1)..=MAX_LEASE).contains(&self.lease) {
            return Ok(lease);
        }
        Err(Error::invalid("lease", format!("{:?}", self.lease), "must be between 1 second and 24 hours"))
    }
}

/// What a callback is told.
#[derive(Clone, Debug, PartialEq)]
pub enum Happened {
    /// A runner took the run; `again` when it had been begun before.
    RunStarted {
        /// The run.
        run: Uuid,
        /// Whether it had been begun before.
        again: bool,
    },
    /// An attempt of a step begins.
    StepStarted {
        /// The run.
        run: Uuid,
        /// The step's name.
        step: String,
        /// The number of the attempt, from 1.
        attempt: i64,
    },
    /// An attempt of a step ended, or a step was found done already when the run was resumed (attempt 0).
    StepEnded {
        /// The run.
        run: Uuid,
        /// The step's name.
        step: String,
        /// The number of the attempt; 0 where nothing was run.
        attempt: i64,
        /// How it stands now.
        status: WorkflowStepStatus,
        /// What went wrong.
        error: Option<String>,
    },
    /// The runner is done with the run: it ended, waits, or was paused.
    RunEnded {
        /// The run.
        run: Uuid,
        /// How it stands now.
        status: WorkflowRunStatus,
    },
}

/// A callback that is told of what happens to a run, made by [`RunOptions::observe`].
#[derive(Clone)]
pub struct Observer(Arc<dyn Fn(&Happened) + Send + Sync>);

impl fmt::Debug for Observer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Observer")
    }
}
