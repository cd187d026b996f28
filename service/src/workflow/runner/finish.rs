//! The end of a drive: the run completes or fails, or a step is left out on the way.

use callboard_entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as Status, workflow_runs as runs, workflow_steps as steps,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::attempt::{failure, pending, same};
use super::driver::Driver;
use super::lease::fence;
use super::step::Asked;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::workflow::journal::Journal;
use crate::workflow::rows;
use crate::workflow::state::{RunEvent, StepEvent};

/// Completes the run, if its code has asked for every step that is recorded, and none of them failed.
///
/// A failed step whose error the code swallowed fails the run: what was not done is not called done.
#[derive(Clone, Debug)]
pub(super) struct Finish {
    pub run: Uuid,
    pub epoch: i64,
    /// How many steps were asked for.
    pub asked: i64,
}

impl Verb for Finish {
    type Output = runs::Model;

    async fn apply(&self, tx: &Tx) -> Result<runs::Model> {
        let mut journal = Journal::open(tx, self.run).await?;
        fence(&journal.run, self.epoch, false)?;
        let steps = rows::steps(tx, self.run).await?;
        if let Some(more) = steps.iter().find(|step| step.step_number > self.asked) {
            return Err(Error::WorkflowDiverged {
                run: journal.run.workflow_id,
                at: more.step_number,
                recorded: more.name.clone(),
                asked: None,
            });
        }
        journal.run.total_steps = Some(self.asked);
        match steps.iter().find(|step| !matches!(step.status, Status::Completed | Status::Skipped)) {
            None => journal.move_run(RunEvent::Complete, None)?,
            Some(step) => {
                let why = failure(step).map(|why| format!(": {why}")).unwrap_or_default();
                let message = format!("step '{}' is {}{why}", step.name, step.status.as_str());
                journal.move_run(RunEvent::Fail, Some(&message))?;
            }
        }
        journal.close().await
    }
}

/// Fails the run. The outputs of its completed steps stay.
#[derive(Clone, Debug)]
pub(super) struct FailRun<'a> {
    pub run: Uuid,
    pub epoch: i64,
    pub message: &'a str,
}

impl Verb for FailRun<'_> {
    type Output = runs::Model;

    async fn apply(&self, tx: &Tx) -> Result<runs::Model> {
        let mut journal = Journal::open(tx, self.run).await?;
        fence(&journal.run, self.epoch, true)?;
        if journal.run.status == RunStatus::Paused {
            // It fails when it is resumed: the failed step is recorded.
            journal.note("released", None, Some("a step failed while the run is paused"), None);
            journal.unhand();
        } else {
            journal.move_run(RunEvent::Fail, Some(self.message))?;
        }
        journal.close().await
    }
}

struct Skip<'a> {
    run: Uuid,
    epoch: i64,
    asked: &'a Asked,
}

impl Verb for Skip<'_> {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        let mut journal = Journal::open(tx, self.run).await?;
        fence(&journal.run, self.epoch, false)?;
        let recorded = steps::Entity::find()
            .filter(steps::Column::WorkflowRunId.eq(self.run))
            .filter(steps::Column::StepNumber.eq(self.asked.number))
            .one(&tx.conn)
            .await?;
        let mut step = match recorded {
            Some(step) => {
                same(&journal.run.workflow_id, &step, self.asked)?;
                match step.status {
                    Status::Skipped => return Ok(()),
                    Status::Pending => step,
                    ran => {
                        return Err(Error::WorkflowDiverged {
                            run: journal.run.workflow_id,
                            at: step.step_number,
                            recorded: format!("{} ({})", step.name, ran.as_str()),
                            asked: Some(format!("{} (left out)", step.name)),
                        });
                    }
                }
            }
            None => {
                let step = pending(tx, self.run, self.asked);
                journal.add_to_begin(std::slice::from_ref(&step));
                step
            }
        };
        journal.move_step(&mut step, StepEvent::Skip, None, |_| {}).await?;
        journal.close().await?;
        Ok(())
    }
}

impl Driver {
    pub(super) async fn skip(&self, asked: &Asked) -> Result<()> {
        self.board.run(self.actor, &Skip { run: self.run, epoch: self.epoch, asked }).await
    }
}
