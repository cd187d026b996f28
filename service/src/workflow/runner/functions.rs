//! Driving the steps of a template that are functions of the app; agents do the others meanwhile.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use callboard_entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as Status, workflow_runs as runs, workflow_steps as steps,
};
use chrono::TimeDelta;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use sea_orm::EntityTrait;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::attempt::{Begun, Ending, begin, end};
use super::driver::{Driver, Start};
use super::error::StepError;
use super::lease::{Release, Take, fence};
use super::options::{Happened, RunOptions};
use super::output::{Output, insert};
use super::step::{Asked, Step, check_output};
use super::{Drive, exhausted};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::Timestamp;
use crate::db::{BoxFuture, Query, Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::workflow::advance::{advance, free};
use crate::workflow::delegated;
use crate::workflow::journal::Journal;
use crate::workflow::rows;
use crate::workflow::template::{How, StepSpec, gate};

/// What a function of a template is given.
#[derive(Clone, Debug, PartialEq)]
pub struct FunctionInput {
    /// The step's name.
    pub step: String,
    /// The number of the attempt, from 1.
    pub attempt: i64,
    /// What the run was started with.
    pub inputs: Map<String, Value>,
    /// What the completed steps gave, by name.
    pub outputs: BTreeMap<String, Value>,
}

type Function = Arc<dyn Fn(FunctionInput) -> BoxFuture<'static, Result<Value, StepError>> + Send + Sync>;

/// The functions of an app, by the names that templates use (`function: NAME`).
///
/// ```
/// use callboard_service::workflow::{FunctionInput, Functions, StepError};
/// use serde_json::json;
///
/// let functions = Functions::new().with("count", |input: FunctionInput| async move {
///     Ok::<_, StepError>(json!(input.outputs.len()))
/// });
/// # let _ = functions;
/// ```
#[derive(Clone, Default)]
pub struct Functions(BTreeMap<String, Function>);

impl Functions {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a function, in place of one of the same name.
    #[must_use]
    pub fn with<F, Fut>(mut self, name: impl Into<String>, function: F) -> Self
    where
        F: Fn(FunctionInput) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Value, StepError>> + Send + 'static,
    {
        self.0.insert(name.into(), Arc::new(move |input| Box::pin(function(input))));
        self
    }
}

impl fmt::Debug for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Callboard {
    /// Drives a run of a template until nothing is left that these functions can do; what may go on at once does.
    ///
    /// Where the rest is at agents, or needs functions of another process, it ends as [`Drive::Waiting`]: call it again
    /// later, for the runs that [`crate::workflow::ListRuns`] shows as running. It holds no lease in between.
    ///
    /// # Errors
    /// As [`Callboard::drive`]; `NotFound` for the run; `Invalid` for one whose steps are code.
    pub async fn drive_template(
        &self,
        actor: Actor,
        run: &Ref,
        functions: &Functions,
        options: RunOptions,
    ) -> Result<Drive> {
        let found = self.read(&Find(run)).await?;
        if found.template_id.is_none() {
            let rule = "its steps are code: drive it by the program that began it";
            return Err(Error::invalid("workflow run", &*found.workflow_id, rule));
        }
        // The heart beats until the end of this call.
        let (driver, _heart, run) = match Driver::take(self, actor, options, |by| Take { run: found.id, by }).await? {
            Start::Driven(driver, heart, run) => (driver, heart, run),
            Start::Over(drive) => return Ok(*drive),
        };
        let ended = driver.functions(functions).await;
        if !matches!(ended, Err(Error::RunLost { .. })) {
            let release = Release { run: run.id, epoch: run.run_epoch, why: "nothing is left that it can do" };
            if let Err(error) = self.run(actor, &release).await {
                tracing::warn!(%error, "the run could not be given back");
            }
        }
        match ended {
            Ok(()) | Err(Error::Suspended { .. }) => {}
            Err(error) => return Err(error),
        }
        let run = self.read(&Find(&Ref::Id(run.id))).await?;
        driver.options.tell(&Happened::RunEnded { run: run.id, status: run.status });
        Ok(match run.status {
            RunStatus::Completed => Drive::Completed { run, already: false },
            RunStatus::Failed => Drive::Failed(run),
            RunStatus::Paused => Drive::Paused(run),
            RunStatus::Cancelled => Drive::Cancelled(run),
            RunStatus::Pending | RunStatus::Running => Drive::Waiting(run),
        })
    }
}

impl Driver {
    /// Begins what is free and runs it, until nothing is under way and nothing is free.
    async fn functions(&self, functions: &Functions) -> Result<()> {
        let mut under_way = FuturesUnordered::new();
        let mut at_work = HashSet::new();
        loop {
            let mut ended = Vec::new();
            let begun = {
                let known = functions.0.keys().map(String::as_str).collect();
                let begin = BeginFree { run: self.run, epoch: self.epoch, known: &known, at_work: &at_work };
                let mut begin = pin!(self.board.run(self.actor, &begin));
                // What is under way goes on meanwhile: it may hold the run's row, or the connection, that this waits for.
                loop {
                    tokio::select! {
                        begun = &mut begin => break begun,
                        Some(done) = under_way.next(), if !under_way.is_empty() => ended.push(done?),
                    }
                }
            };
            let begun = match begun {
                // What is under way is let end, and kept.
                Err(Error::Suspended { .. }) if !under_way.is_empty() => Free::default(),
                begun => begun?,
            };
            for work in begun.work {
                let Some(function) = functions.0.get(&work.function) else { continue };
                at_work.insert(work.step.id);
                let (step, attempt) = (work.step.name.clone(), work.step.attempt);
                self.options.tell(&Happened::StepStarted { run: self.run, step, attempt });
                under_way.push(self.function(function, work));
            }
            if !ended.is_empty() {
                // Something more may be free by now.
                at_work.retain(|step| !ended.contains(step));
            } else if !under_way.is_empty() {
                tokio::select! {
                    Some(done) = under_way.next() => {
                        at_work.remove(&done?);
                    }
                    // The next attempt of a step does not wait for the others.
                    () = self.due(begun.due) => {}
                    // An agent may have ended what a function waits for.
                    () = tokio::time::sleep(self.options.poll), if begun.waiting => {}
                }
            } else if let Some(due) = begun.due {
                self.until(due).await?;
            } else {
                return Ok(());
            }
        }
    }

    /// Ends when an attempt is due, as far as the clock here knows; never where none will be.
    async fn due(&self, due: Option<Timestamp>) {
        match due {
            // Lost or paused: what is under way learns it, or is let end.
            Some(due) if self.until(due).await.is_ok() => {}
            _ => std::future::pending().await,
        }
    }

    async fn function(&self, function: &Function, work: Work) -> Result<Uuid> {
        let spec = &work.spec;
        let timeout = spec.timeout_seconds.and_then(|s| u64::try_from(s).ok()).map(Duration::from_secs);
        let step = Step { timeout, ..Step::new(spec.name.as_str()) };
        let asked = Asked { number: work.step.step_number, occurrence: 1, step };
        // Called inside: what a function panics with before its first await is caught too.
        let result = self.guarded(&asked, async { function(work.input.clone()).await }).await?;
        let result = result.and_then(|output| check_output(&spec.name, &output).map(|()| output));
        let result = result.and_then(|output| match gate::check(&spec.gate, &output) {
            missing if missing.is_empty() => Ok(output),
            missing => Err(StepError::new(format!("its gate is not met: {}", missing.join("; ")))
                .with_context(json!({ "gate": missing }))),
        });
        let end = EndFunction { run: self.run, epoch: self.epoch, step: work.step.id, spec, result: &result };
        let ended = self.board.run(self.actor, &end).await?;
        self.tell_end(&ended, result.as_ref().err());
        Ok(ended.id)
    }
}

/// A step that a function is to do.
struct Work {
    step: steps::Model,
    spec: StepSpec,
    function: String,
    input: FunctionInput,
}

/// What was begun, and when something more will be due.
#[derive(Default)]
struct Free {
    work: Vec<Work>,
    due: Option<Timestamp>,
    /// Whether an agent is at a step.
    waiting: bool,
}

struct BeginFree<'a> {
    run: Uuid,
    epoch: i64,
    known: &'a HashSet<&'a str>,
    at_work: &'a HashSet<Uuid>,
}

impl Verb for BeginFree<'_> {
    type Output = Free;

    async fn apply(&self, tx: &Tx) -> Result<Free> {
        let mut journal = Journal::open(tx, self.run).await?;
        let mut begun = Free::default();
        if !matches!(journal.run.status, RunStatus::Running | RunStatus::Paused) && journal.run.run_epoch == self.epoch
        {
            // It ended with the last step; or somebody cancelled it, which the end of what is under way will say.
            return Ok(begun);
        }
        fence(&journal.run, self.epoch, false)?;
        advance(&mut journal).await?;
        if journal.run.status == RunStatus::Running {
            let all = rows::steps(tx, self.run).await?;
            let waits_for = rows::dependencies(tx, self.run).await?;
            begun.waiting = all.iter().any(|step| step.status == Status::Waiting);
            let mut candidates = free(&all, &waits_for);
            // What another runner was at when it was lost.
            let running = |step: &steps::Model| step.status == Status::Running && !self.at_work.contains(&step.id);
            candidates.extend(all.iter().enumerate().filter(|(_, step)| running(step)).map(|(index, _)| index));
            for index in candidates {
                let Some(spec) = delegated::spec(&all[index])? else { continue };
                let How::Function(function) = spec.how.clone() else { continue };
                if !self.known.contains(function.as_str()) || exhausted_failure(&all[index]) {
                    continue;
                }
                let mut step = all[index].clone();
                match begin(&mut journal, &mut step).await? {
                    Begun::Attempt(step) => {
                        let input = FunctionInput {
                            step: step.name.clone(),
                            attempt: step.attempt,
                            inputs: delegated::inputs(&journal.run.inputs),
                            outputs: delegated::outputs(&all),
                        };
                        begun.work.push(Work { step: *step, spec, function, input });
                    }
                    Begun::Later(due) => begun.due = Some(begun.due.map_or(due, |other| other.min(due))),
                    _ => {}
                }
            }
        }
        journal.close().await?;
        Ok(begun)
    }
}

fn exhausted_failure(step: &steps::Model) -> bool {
    step.status == Status::Failed && exhausted(step)
}

struct EndFunction<'a> {
    run: Uuid,
    epoch: i64,
    step: Uuid,
    spec: &'a StepSpec,
    result: &'a Result<Value, StepError>,
}

impl Verb for EndFunction<'_> {
    type Output = steps::Model;

    async fn apply(&self, tx: &Tx) -> Result<steps::Model> {
        let mut journal = Journal::open(tx, self.run).await?;
        // A run that another branch has failed keeps what this one gave.
        if journal.run.status != RunStatus::Failed || journal.run.run_epoch != self.epoch {
            fence(&journal.run, self.epoch, true)?;
        }
        let found = steps::Entity::find_by_id(self.step).one(&tx.conn).await?;
        let mut step = found.ok_or_else(|| Error::not_found("step", self.step.to_string()))?;
        let output = match (self.result, &self.spec.output) {
            (Ok(result), Some(wanted)) => Some((wanted.key.as_str(), gate::output(wanted, result), wanted.r#type)),
            _ => None,
        };
        let backoff = TimeDelta::seconds(self.spec.backoff_seconds);
        match (self.result, output) {
            (Ok(result), None) => end(&mut journal, &mut step, &Ending::Completed(result)).await?,
            (Ok(result), Some((key, Ok(value), kind))) => {
                end(&mut journal, &mut step, &Ending::Completed(result)).await?;
                insert(&mut journal, Some(step.id), key, &Output { value, kind }).await?;
            }
            (Ok(_), Some((_, Err(why), _))) => {
                end(&mut journal, &mut step, &Ending::Failed(&StepError::new(why), backoff)).await?;
            }
            (Err(error), _) => end(&mut journal, &mut step, &Ending::Failed(error, backoff)).await?,
        }
        advance(&mut journal).await?;
        journal.close().await?;
        Ok(step)
    }
}

struct Find<'a>(&'a Ref);

impl Query for Find<'_> {
    type Output = runs::Model;

    async fn fetch(&self, tx: &Tx) -> Result<runs::Model> {
        rows::find(tx, self.0).await
    }
}
