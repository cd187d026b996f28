//! Driving a run from its beginning, or from its first unfinished step, to its end.

use std::collections::{HashMap, HashSet};

use callboard_entity::{WorkflowRunStatus as Status, workflow_runs as runs};

use super::Run;
use super::begin::{Begin, NewRun};
use super::driver::{Driver, Start, unwinding};
use super::error::StepError;
use super::finish::{FailRun, Finish};
use super::lease::Release;
use super::options::{Happened, RunOptions};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::db::BoxFuture;
use crate::error::{Error, Result};

/// How a run stands when its drive is over.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a run may have failed"]
pub enum Drive {
    /// All of it is done; `already` where it was before.
    Completed {
        /// The run.
        run: runs::Model,
        /// Whether it was done before this call.
        already: bool,
    },
    /// A step used up its attempts, or the code around the steps failed. Outputs and completed steps stay.
    Failed(runs::Model),
    /// A delegated step waits for its item.
    Waiting(runs::Model),
    /// Somebody paused it; the step that was under way was let end.
    Paused(runs::Model),
    /// Somebody cancelled it before.
    Cancelled(runs::Model),
}

impl Drive {
    /// The run, however it stands.
    pub fn run(&self) -> &runs::Model {
        match self {
            Self::Completed { run, .. }
            | Self::Failed(run)
            | Self::Waiting(run)
            | Self::Paused(run)
            | Self::Cancelled(run) => run,
        }
    }

    /// The run, if it is done.
    ///
    /// # Errors
    /// `RunNotCompleted` with the state and the reason.
    pub fn completed(self) -> Result<runs::Model> {
        match self {
            Self::Completed { run, .. } => Ok(run),
            other => {
                let run = other.run();
                Err(Error::RunNotCompleted {
                    run: run.workflow_id.clone(),
                    status: run.status.as_str().to_owned(),
                    why: run.error_message.clone(),
                })
            }
        }
    }
}

impl Callboard {
    /// Begins a run, or takes it up at its first unfinished step, and drives it to its end.
    ///
    /// `body` is the workflow: it asks for its steps in an order that depends on nothing but its inputs and what earlier
    /// steps gave. A run that has ended is not run again. One that was interrupted is taken by the first that calls.
    ///
    /// # Errors
    /// `OtherRun` where the id belongs to another workflow, or was begun with other inputs; `RunHeld` while another
    /// process drives it; `Transition` where it is paused or failed and was not resumed ([`crate::workflow::ResumeRun`]);
    /// `RunLost` where another process took it meanwhile, or it was cancelled; `WorkflowDiverged` where the code asks
    /// for other steps than were recorded (the run stays as it is). A failure of the workflow is [`Drive::Failed`].
    ///
    /// # Example
    /// ```no_run
    /// use callboard_service::workflow::{NewRun, RunOptions, StepError};
    /// use callboard_service::{Actor, Callboard};
    ///
    /// # async fn example(board: Callboard) -> Result<(), callboard_service::Error> {
    /// let run = NewRun::new("report", "report-2026-11-21");
    /// let drive = board.drive(Actor::SYSTEM, &run, RunOptions::default(), |run| Box::pin(async move {
    ///     let words = run.step("count", || async { Ok::<u64, StepError>(1200) }).await?;
    ///     run.output("words", words.to_string()).await?;
    ///     Ok(())
    /// })).await?;
    /// let run = drive.completed()?;
    /// # Ok(()) }
    /// ```
    pub async fn drive<F>(&self, actor: Actor, new: &NewRun, options: RunOptions, body: F) -> Result<Drive>
    where
        F: for<'r> FnOnce(&'r mut Run) -> BoxFuture<'r, Result<(), StepError>> + Send,
    {
        let (driver, heart, run) = match Driver::take(self, actor, options, |by| Begin { new, by }).await? {
            Start::Driven(driver, heart, run) => (*driver, heart, *run),
            Start::Over(drive) => return Ok(*drive),
        };
        let mut handle = Run { driver, run, position: 0, occurrences: HashMap::new(), written: HashSet::new(), heart };
        // Called inside: what it panics with before its first await is caught too.
        let result = unwinding(async { body(&mut handle).await }).await;
        let drive = handle.over(result).await;
        if let Ok(drive) = &drive {
            let run = drive.run();
            handle.driver.options.tell(&Happened::RunEnded { run: run.id, status: run.status });
        }
        drive
    }
}

impl Run {
    /// Ends the drive as its body ended.
    async fn over(&self, result: Result<(), StepError>) -> Result<Drive> {
        let (board, run) = (&self.driver.board, self.run.id);
        let epoch = self.driver.epoch;
        let result = match result {
            Ok(()) => board.run(self.driver.actor, &Finish { run, epoch, asked: self.position }).await,
            Err(error) => match error.board() {
                Some(
                    Error::RunLost { .. }
                    | Error::Suspended { .. }
                    | Error::WorkflowDiverged { .. }
                    | Error::OutputDiverged { .. },
                ) => match error.into_board() {
                    Ok(error) => Err(error),
                    Err(error) => self.fail(&error.to_string()).await,
                },
                // The database's trouble is not the workflow's failure: the run is taken up again later.
                Some(Error::Database(_)) => match error.into_board() {
                    Ok(error) => Err(error),
                    Err(error) => self.fail(&error.to_string()).await,
                },
                _ => self.fail(&error.to_string()).await,
            },
        };
        match result {
            Ok(run) => Ok(match run.status {
                Status::Completed => Drive::Completed { run, already: false },
                Status::Paused => Drive::Paused(run),
                _ => Drive::Failed(run),
            }),
            Err(Error::Suspended { .. }) => {
                let run = self.release("it waits or is paused").await?;
                Ok(if run.status == Status::Paused { Drive::Paused(run) } else { Drive::Waiting(run) })
            }
            Err(error) => {
                if !matches!(error, Error::RunLost { .. }) {
                    // The first error is what the caller must see; without this the lease runs out by itself.
                    if let Err(release) = self.release("it was interrupted by an error").await {
                        tracing::warn!(%release, "the run could not be given back");
                    }
                }
                Err(error)
            }
        }
    }

    async fn fail(&self, message: &str) -> Result<runs::Model> {
        let fail = FailRun { run: self.run.id, epoch: self.driver.epoch, message };
        self.driver.board.run(self.driver.actor, &fail).await
    }

    async fn release(&self, why: &'static str) -> Result<runs::Model> {
        let release = Release { run: self.run.id, epoch: self.driver.epoch, why };
        self.driver.board.run(self.driver.actor, &release).await
    }
}
