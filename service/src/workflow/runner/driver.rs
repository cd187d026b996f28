//! The loop of attempts around a step's closure.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;

use callboard_entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as Status, workflow_runs as runs, workflow_steps as steps,
};
use chrono::TimeDelta;
use sea_orm::EntityTrait;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::sync::watch;
use uuid::Uuid;

use super::attempt::{BeginSteps, Begun, EndStep, failure};
use super::drive::Drive;
use super::error::{StepError, panicked};
use super::lease::{Heart, Pulse, Runner, Taken, lost};
use super::options::{Happened, RunOptions};
use super::step::{Asked, encode};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::Timestamp;
use crate::db::{Query, Tx, Verb};
use crate::error::{Error, Result};
use crate::{id, rules};

/// What all steps of a run share, also those that run at the same time.
#[derive(Clone, Debug)]
pub(super) struct Driver {
    pub board: Callboard,
    pub actor: Actor,
    pub run: Uuid,
    /// The run's id of the caller's own, for messages.
    pub name: String,
    pub epoch: i64,
    pub options: RunOptions,
    pub pulse: watch::Receiver<Pulse>,
}

/// A run that this process drives from now on, or one that there is nothing to drive of.
#[derive(Debug)]
pub(super) enum Start {
    Driven(Box<Driver>, Heart, Box<runs::Model>),
    Over(Box<Drive>),
}

impl Driver {
    /// Takes a run for this process, by the verb that begins it or takes it up, and keeps it by heartbeats.
    pub async fn take<V>(
        board: &Callboard,
        actor: Actor,
        options: RunOptions,
        verb: impl FnOnce(Runner) -> V,
    ) -> Result<Start>
    where
        V: Verb<Output = Taken>,
    {
        let lease = options.lease()?;
        let name = options.runner.clone().unwrap_or_else(|| format!("runner-{}", id::new()));
        rules::line("runner", &name)?;
        let (run, again) = match board.run(actor, &verb(Runner { name, lease })).await? {
            Taken::Driven { run, again } => (run, again),
            Taken::Ended(run) if run.status == RunStatus::Cancelled => {
                return Ok(Start::Over(Box::new(Drive::Cancelled(run))));
            }
            Taken::Ended(run) => return Ok(Start::Over(Box::new(Drive::Completed { run, already: true }))),
        };
        let heart = Heart::start(board.clone(), run.id, run.run_epoch, lease);
        let driver = Self {
            board: board.clone(),
            actor,
            run: run.id,
            name: run.workflow_id.clone(),
            epoch: run.run_epoch,
            options,
            pulse: heart.pulse(),
        };
        driver.options.tell(&Happened::RunStarted { run: run.id, again });
        Ok(Start::Driven(Box::new(driver), heart, Box::new(run)))
    }

    /// Begins steps; tells of those that were done before.
    pub async fn begin(&self, asked: &[Asked]) -> Result<Vec<Begun>> {
        self.beating()?;
        let begin = BeginSteps { run: self.run, epoch: self.epoch, asked: asked.into() };
        let begun = self.board.run(self.actor, &begin).await?;
        for (begun, asked) in begun.iter().zip(asked) {
            match begun {
                Begun::Attempt(step) => self.options.tell(&Happened::StepStarted {
                    run: self.run,
                    step: step.name.clone(),
                    attempt: step.attempt,
                }),
                Begun::Done(_) => self.options.tell(&Happened::StepEnded {
                    run: self.run,
                    step: asked.step.name.clone(),
                    attempt: 0,
                    status: Status::Completed,
                    error: None,
                }),
                _ => {}
            }
        }
        Ok(begun)
    }

    /// Refuses to go on with a run that is lost, as far as the heartbeat knows.
    ///
    /// Whether it is paused is judged by the board: it may have been resumed since the last beat.
    fn beating(&self) -> Result<()> {
        match &*self.pulse.borrow() {
            Pulse::Beating | Pulse::Paused => Ok(()),
            Pulse::Lost(why) => Err(Error::RunLost { run: self.name.clone(), why: why.clone() }),
        }
    }

    /// Runs the closure until an attempt gives an output or none is left.
    pub async fn attempts<T, E, F, Fut>(&self, asked: &Asked, mut begun: Begun, body: &F) -> Result<T>
    where
        T: Serialize + DeserializeOwned + Send,
        E: Into<StepError>,
        F: Fn() -> Fut + Sync,
        Fut: Future<Output = Result<T, E>> + Send,
    {
        loop {
            let step = match self.settle(asked, begun).await? {
                Settled::Done(output) => return decode(asked, output),
                Settled::Attempt(step) => step,
                Settled::Again => {
                    begun = self.begin(std::slice::from_ref(asked)).await?.remove(0);
                    continue;
                }
            };
            let result = self.guarded(asked, async { body().await.map_err(Into::into) }).await?;
            let result = result.and_then(|output| encode(&asked.step.name, &output));
            begun = self.end(asked, &step, result).await?;
        }
    }

    /// Runs one attempt: it ends with its time-out, a panic is a failure, and a lost run drops it.
    ///
    /// # Errors
    /// `RunLost`; what the closure fails with is the inner error.
    pub async fn guarded<T>(
        &self,
        asked: &Asked,
        body: impl Future<Output = Result<T, StepError>> + Send,
    ) -> Result<Result<T, StepError>> {
        let limited = async {
            match asked.step.timeout {
                None => unwinding(body).await,
                Some(limit) => tokio::time::timeout(limit, unwinding(body))
                    .await
                    .unwrap_or_else(|_| Err(StepError::new(format!("timed out after {} s", limit.as_secs_f64())))),
            }
        };
        tokio::select! {
            biased;
            why = lost(self.pulse.clone()) => Err(Error::RunLost { run: self.name.clone(), why }),
            result = limited => Ok(result),
        }
    }

    /// Stores how an attempt ended, and says how it goes on.
    pub async fn end(&self, asked: &Asked, step: &steps::Model, result: Result<Value, StepError>) -> Result<Begun> {
        let backoff = TimeDelta::from_std(asked.step.backoff).unwrap_or(TimeDelta::MAX);
        let end = EndStep {
            run: self.run,
            epoch: self.epoch,
            step: Arc::new(step.clone()),
            result: Arc::new(result),
            backoff,
        };
        let ended = self.board.run(self.actor, &end).await?;
        self.tell_end(&ended, (*end.result).as_ref().err());
        Ok(after(ended))
    }

    pub fn tell_end(&self, step: &steps::Model, error: Option<&StepError>) {
        self.options.tell(&Happened::StepEnded {
            run: self.run,
            step: step.name.clone(),
            attempt: step.attempt,
            status: step.status,
            error: error.map(ToString::to_string),
        });
    }

    /// Ends when the run is lost or paused; never while it goes on.
    async fn stopped(&self) -> Error {
        let mut pulse = self.pulse.clone();
        loop {
            let now = pulse.borrow_and_update().clone();
            match now {
                Pulse::Beating => {}
                Pulse::Lost(why) => return Error::RunLost { run: self.name.clone(), why },
                Pulse::Paused => match self.board.read(&Standing(self.run)).await {
                    Ok(RunStatus::Paused) => {
                        return Error::Suspended { run: self.name.clone(), why: "it is paused".to_owned() };
                    }
                    Ok(_) => {}
                    Err(error) => return error,
                },
            }
            if pulse.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// What is to be done next about a step; waits for the time of its next attempt.
    pub async fn settle(&self, asked: &Asked, begun: Begun) -> Result<Settled> {
        match begun {
            Begun::Done(output) => Ok(Settled::Done(output)),
            Begun::Attempt(step) => Ok(Settled::Attempt(step)),
            Begun::Later(due) => {
                self.until(due).await?;
                Ok(Settled::Again)
            }
            Begun::Dead(step) => Err(self.failed(&step)),
            // It was left out, or handed to an agent, where the code now runs it: another program.
            Begun::Skipped | Begun::Waiting => Err(Error::WorkflowDiverged {
                run: self.name.clone(),
                at: asked.number,
                recorded: format!("{} (left out or delegated)", asked.step.name),
                asked: Some(asked.step.name.clone()),
            }),
        }
    }

    pub fn failed(&self, step: &steps::Model) -> Error {
        Error::StepFailed {
            run: self.name.clone(),
            step: step.name.clone(),
            attempts: step.attempt,
            message: failure(step).unwrap_or("its reason was not kept").to_owned(),
        }
    }

    /// Waits for the time of an attempt, or until the heartbeat learns that the run is lost or paused.
    pub async fn until(&self, due: Timestamp) -> Result<()> {
        // By this process's clock: one that is wrong makes the pause longer or shorter, and begins nothing too early,
        // because the board judges again.
        let pause = (due - self.board.now()).to_std().unwrap_or_default().min(std::time::Duration::from_secs(3600));
        tokio::select! {
            error = self.stopped() => Err(error),
            () = tokio::time::sleep(pause.max(std::time::Duration::from_millis(5))) => Ok(()),
        }
    }
}

/// In which state a run is.
struct Standing(Uuid);

impl Query for Standing {
    type Output = RunStatus;

    async fn fetch(&self, tx: &Tx) -> Result<RunStatus> {
        let run = runs::Entity::find_by_id(self.0).one(&tx.conn).await?;
        Ok(run.ok_or_else(|| Error::not_found("workflow run", self.0.to_string()))?.status)
    }
}

/// What is to be done about a step now.
pub(super) enum Settled {
    Done(Value),
    Attempt(Box<steps::Model>),
    /// Its time has come: it is to be begun again.
    Again,
}

/// How it goes on after an attempt.
pub(super) fn after(step: steps::Model) -> Begun {
    match (step.status, step.next_attempt_at) {
        (Status::Completed, _) => Begun::Done(step.output.unwrap_or(Value::Null)),
        (_, Some(due)) => Begun::Later(due),
        (_, None) => Begun::Dead(Box::new(step)),
    }
}

/// An output as its step's caller gets it: what was stored, also in the first pass.
pub(super) fn decode<T: DeserializeOwned>(asked: &Asked, output: Value) -> Result<T> {
    serde_json::from_value(output).map_err(|e| Error::Stored {
        what: format!("output of step '{}'", asked.step.name),
        why: format!("{e}; it was stored by a step of another type, or does not read back what it writes"),
    })
}

/// Turns a panic of the closure into its failure.
pub(super) async fn unwinding<T>(body: impl Future<Output = Result<T, StepError>>) -> Result<T, StepError> {
    let mut body = pin!(body);
    std::future::poll_fn(|context| {
        // The future is not polled again after a panic, so what the panic left half done is not seen.
        match catch_unwind(AssertUnwindSafe(|| body.as_mut().poll(context))) {
            Ok(poll) => poll,
            Err(payload) => Poll::Ready(Err(panicked(&*payload as &(dyn Any + Send)))),
        }
    })
    .await
}
