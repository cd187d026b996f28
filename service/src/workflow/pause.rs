//! Pauses a run.

use callboard_entity::{WorkflowRunStatus as Status, workflow_runs as runs};
use serde::{Deserialize, Serialize};

use super::journal::Journal;
use super::rows;
use super::state::RunEvent;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::rules;

/// Lets a run begin nothing more. What is under way is let end, and its output is kept.
///
/// # Errors
/// `Transition` for a run that is not running; `NotFound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PauseRun {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A run after a change that was asked for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MovedRun {
    /// The run.
    pub run: runs::Model,
    /// Whether it stood there before: nothing was changed.
    pub already: bool,
}

impl Verb for PauseRun {
    type Output = MovedRun;

    async fn apply(&self, tx: &Tx) -> Result<MovedRun> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        let found = rows::find(tx, &self.run).await?;
        let mut journal = Journal::open(tx, found.id).await?;
        if journal.run.status == Status::Paused {
            return Ok(MovedRun { run: journal.run, already: true });
        }
        journal.move_run(RunEvent::Pause, self.reason.as_deref())?;
        Ok(MovedRun { run: journal.close().await?, already: false })
    }
}
