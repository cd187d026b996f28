//! Cancels a run, and the items that its steps wait for.

use std::collections::BTreeSet;

use callboard_entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as Status, workflow_runs as runs, workflow_steps as steps,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::journal::Journal;
use super::rows;
use super::state::{RunEvent, StepEvent, next_step};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::item::{self, CancelItem};
use crate::prerequisite::edge;
use crate::rules;

/// Cancels a run that has not ended. Its unfinished steps are cancelled, with the items that they wait for, also where
/// an agent is at one; outputs and completed steps stay.
///
/// # Errors
/// `Transition` for a completed or failed run; `NotFound`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CancelRun {
    /// By its id or its `workflow_id`.
    pub run: Ref,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A cancelled run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CancelledRun {
    /// The run.
    pub run: runs::Model,
    /// Whether it was cancelled before.
    pub already: bool,
    /// Names of the steps that were cancelled.
    pub steps: Vec<String>,
    /// Keys of the items that were cancelled with them.
    pub items: Vec<String>,
}

impl Verb for CancelRun {
    type Output = CancelledRun;

    async fn apply(&self, tx: &Tx) -> Result<CancelledRun> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        let found = rows::find(tx, &self.run).await?;
        if let Some(project) = found.project_id {
            edge::lock_project(tx, project).await?;
        }
        // Items are locked before their run, here and everywhere.
        item::lock_all(tx, waiting(&rows::steps(tx, found.id).await?)).await?;
        let mut journal = Journal::open(tx, found.id).await?;
        if journal.run.status == RunStatus::Cancelled {
            return Ok(CancelledRun { run: journal.run, already: true, steps: Vec::new(), items: Vec::new() });
        }
        journal.move_run(RunEvent::Cancel, self.reason.as_deref())?;
        let all = rows::steps(tx, found.id).await?;
        let waiting = waiting(&all);
        let mut cancelled = Vec::new();
        for mut step in all {
            if next_step(step.status, StepEvent::Cancel).is_some() {
                journal.move_step(&mut step, StepEvent::Cancel, self.reason.as_deref(), |_| {}).await?;
                cancelled.push(step.name);
            }
        }
        let run = journal.close().await?;
        let reason = self.reason.clone().unwrap_or_else(|| format!("run '{}' was cancelled", run.workflow_id));
        let mut items = Vec::new();
        for id in waiting {
            let cancel = CancelItem { reason: Some(reason.clone()), waive_dependents: true, ..CancelItem::new(id) };
            match cancel.apply(tx).await {
                Ok(done) => items.push(done.item.key),
                // Archived with its project: nobody can claim it.
                Err(Error::Conflict(Conflict::Inactive { .. })) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(CancelledRun { run, already: false, steps: cancelled, items })
    }
}

fn waiting(all: &[steps::Model]) -> BTreeSet<Uuid> {
    all.iter().filter(|step| step.status == Status::Waiting).filter_map(|step| step.work_item_id).collect()
}
