//! Lets a paused or failed run go on.

use callboard_entity::{WorkflowRunStatus as Status, WorkflowStepStatus, workflow_runs as runs};
use serde::{Deserialize, Serialize};

use super::advance::advance;
use super::journal::Journal;
use super::rows;
use super::runner::exhausted;
use super::state::RunEvent;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result};
use crate::id::Ref;
use crate::item::ItemBrief;

/// Lets a paused or failed run go on from its first unfinished step; what was done before is not done again.
///
/// A run of a template hands its free steps out at once. A run of code waits for a process that drives it
/// ([`crate::Callboard::drive`] with the same id); one that was interrupted needs nothing else than that.
///
/// # Errors
/// `Exhausted` where a step has failed for good: [`super::RetryRun`] gives it another attempt. `Transition` for a run
/// that has not begun or has ended; `NotFound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResumeRun {
    /// By its id or its `workflow_id`.
    pub run: Ref,
}

/// A run that goes on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResumedRun {
    /// The run.
    pub run: runs::Model,
    /// Whether it was running before.
    pub already: bool,
    /// Whether its steps are code, so that it goes on only once a process drives it.
    pub by_code: bool,
    /// The items that its steps wait for now, in the order of the steps.
    pub items: Vec<ItemBrief>,
}

impl Verb for ResumeRun {
    type Output = ResumedRun;

    async fn apply(&self, tx: &Tx) -> Result<ResumedRun> {
        let found = rows::find(tx, &self.run).await?;
        let mut journal = Journal::open(tx, found.id).await?;
        let by_code = journal.run.template_id.is_none();
        let already = journal.run.status == Status::Running;
        if !already {
            let steps = rows::steps(tx, found.id).await?;
            let dead = steps.iter().filter(|s| s.status == WorkflowStepStatus::Failed && exhausted(s));
            let dead: Vec<String> = dead.map(|step| step.name.clone()).collect();
            if !dead.is_empty() {
                return Err(Conflict::Exhausted { run: journal.run.workflow_id, steps: dead }.into());
            }
            journal.move_run(RunEvent::Resume, None)?;
        }
        // Also of a running one: whatever is free and was not handed out is now.
        advance(&mut journal).await?;
        let run = journal.close().await?;
        Ok(ResumedRun { items: rows::waited_for(tx, run.id).await?, run, already, by_code })
    }
}
