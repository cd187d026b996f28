//! The beginning and the end of attempts, each in one transaction behind the fence.

use std::sync::Arc;

use callboard_entity::{WorkflowStepStatus as Status, workflow_steps as steps};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use uuid::Uuid;

use super::error::StepError;
use super::lease::fence;
use super::step::{Asked, summary, summary_of};
use crate::clock::{Timestamp, micros};
use crate::db::{OnLane, Tx, Verb};
use crate::error::{Error, Result};
use crate::id;
use crate::workflow::journal::Journal;
use crate::workflow::state::StepEvent;

/// Begins the steps that were asked for at these places of the run, or says what is recorded of them.
#[derive(Clone, Debug)]
pub(super) struct BeginSteps {
    pub run: Uuid,
    pub epoch: i64,
    pub asked: Arc<[Asked]>,
}

/// What is to be done about a step.
#[derive(Clone, Debug)]
pub(super) enum Begun {
    /// Nothing: this is its output.
    Done(Value),
    /// The run went on without it.
    Skipped,
    /// An attempt has begun.
    Attempt(Box<steps::Model>),
    /// An attempt may begin at that time.
    Later(Timestamp),
    /// An agent works on it.
    Waiting,
    /// It has failed, and no attempt is left.
    Dead(Box<steps::Model>),
}

impl Verb for BeginSteps {
    type Output = Vec<Begun>;

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }

    async fn apply(&self, tx: &Tx) -> Result<Vec<Begun>> {
        let mut journal = Journal::open(tx, self.run).await?;
        fence(&journal.run, self.epoch, false)?;
        let mut recorded = recorded(tx, self.run, &self.asked).await?;
        let fresh: Vec<steps::Model> = self
            .asked
            .iter()
            .filter(|asked| !recorded.iter().any(|step| step.step_number == asked.number))
            .map(|asked| pending(tx, self.run, asked))
            .collect();
        journal.add_to_begin(&fresh);
        recorded.extend(fresh);
        recorded.sort_by_key(|step| step.step_number);
        let mut begun = Vec::with_capacity(recorded.len());
        for (mut step, asked) in recorded.into_iter().zip(&*self.asked) {
            same(&journal.run.workflow_id, &step, asked)?;
            begun.push(begin(&mut journal, &mut step).await?);
        }
        journal.close().await?;
        Ok(begun)
    }
}

/// What is recorded at the places that are asked for.
async fn recorded(tx: &Tx, run: Uuid, asked: &[Asked]) -> Result<Vec<steps::Model>> {
    let of = steps::Entity::find()
        .filter(steps::Column::WorkflowRunId.eq(run))
        .filter(steps::Column::StepNumber.is_in(asked.iter().map(|a| a.number)));
    Ok(of.all(&tx.conn).await?)
}

/// Refuses a replay that asks for another step than was recorded at this place.
pub(super) fn same(run: &str, step: &steps::Model, asked: &Asked) -> Result<()> {
    if step.name == asked.step.name && step.occurrence == asked.occurrence {
        return Ok(());
    }
    Err(Error::WorkflowDiverged {
        run: run.to_owned(),
        at: step.step_number,
        recorded: step.name.clone(),
        asked: Some(asked.step.name.clone()),
    })
}

/// Begins an attempt of a recorded step, if one is due.
pub(super) async fn begin(journal: &mut Journal<'_>, step: &mut steps::Model) -> Result<Begun> {
    let tx = journal.tx;
    match step.status {
        Status::Completed => return Ok(Begun::Done(step.output.clone().unwrap_or(Value::Null))),
        Status::Skipped => return Ok(Begun::Skipped),
        Status::Waiting => return Ok(Begun::Waiting),
        Status::Failed if exhausted(step) => return Ok(Begun::Dead(Box::new(step.clone()))),
        Status::Failed => {
            let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
            match step.next_attempt_at {
                Some(due) if due > now => return Ok(Begun::Later(due)),
                _ => journal.move_step(step, StepEvent::Start, None, |_| {}).await?,
            }
        }
        // Whoever ran it died with it, or this runner would not be here: the same attempt begins anew.
        Status::Running => {
            let before = step.clone();
            step.started_at = Some(tx.now);
            journal.write_step(&before, step).await?;
            let data = serde_json::json!({ "attempt": step.attempt });
            journal.note("step_interrupted", Some(step.id), Some("its runner was lost; it runs again"), Some(data));
        }
        Status::Pending | Status::Cancelled => journal.move_step(step, StepEvent::Start, None, |_| {}).await?,
    }
    Ok(Begun::Attempt(Box::new(step.clone())))
}

/// Whether a failed step starts no more by itself: its attempts are used up, or another would fail too.
pub(crate) fn exhausted(step: &steps::Model) -> bool {
    let permanent = step.error_context.as_ref().and_then(|e| e.get("permanent")).and_then(Value::as_bool);
    step.attempt >= step.max_attempts || permanent == Some(true)
}

/// Why the last attempt of a step failed.
pub(crate) fn failure(step: &steps::Model) -> Option<&str> {
    step.error_context.as_ref().and_then(|error| error.get("message")).and_then(Value::as_str)
}

/// A step of code that has not begun.
pub(super) fn pending(tx: &Tx, run: Uuid, asked: &Asked) -> steps::Model {
    let step = &asked.step;
    steps::Model {
        max_attempts: step.attempts,
        agent_name: step.agent.clone(),
        input_summary: step.input.as_deref().map(summary),
        occurrence: asked.occurrence,
        ..blank_step(tx, run, asked.number, &step.name)
    }
}

/// A step that nothing is known of but its name.
pub(crate) fn blank_step(tx: &Tx, run: Uuid, number: i64, name: &str) -> steps::Model {
    steps::Model {
        id: id::new(),
        workflow_run_id: run,
        step_number: number,
        name: name.to_owned(),
        occurrence: 1,
        agent_name: String::new(),
        agent_id: None,
        work_item_id: None,
        status: Status::Pending,
        attempt: 0,
        max_attempts: 1,
        spec: None,
        input_summary: None,
        output_summary: None,
        output: None,
        execution_time_seconds: None,
        error_context: None,
        stack_trace: None,
        started_at: None,
        completed_at: None,
        next_attempt_at: None,
        deadline_at: None,
        created_at: tx.now,
        updated_at: tx.now,
    }
}

/// How an attempt ended.
#[derive(Debug)]
pub(super) enum Ending<'a> {
    Completed(&'a Value),
    /// The base of the backoff before the next attempt.
    Failed(&'a StepError, TimeDelta),
}

/// Ends an attempt: its output is stored with its completion, or its failure with the time of the next one.
#[derive(Clone, Debug)]
pub(super) struct EndStep {
    pub run: Uuid,
    pub epoch: i64,
    /// As the attempt began. Behind the fence nobody else changes it, so that it is not read again unless somebody has.
    pub step: Arc<steps::Model>,
    /// Shared with the clone that waits for the lane: it may be large.
    pub result: Arc<Result<Value, StepError>>,
    /// The base of the pause before the next attempt.
    pub backoff: TimeDelta,
}

impl Verb for EndStep {
    type Output = steps::Model;

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }

    async fn apply(&self, tx: &Tx) -> Result<steps::Model> {
        let mut journal = Journal::open(tx, self.run).await?;
        fence(&journal.run, self.epoch, true)?;
        let ending = match &*self.result {
            Ok(output) => Ending::Completed(output),
            Err(error) => Ending::Failed(error, self.backoff),
        };
        let mut step = (*self.step).clone();
        let ended = end(&mut journal, &mut step, &ending).await;
        if journal.is_stale {
            let found = steps::Entity::find_by_id(self.step.id).one(&tx.conn).await?;
            step = found.ok_or_else(|| Error::not_found("step", self.step.id.to_string()))?;
            end(&mut journal, &mut step, &ending).await?;
        } else {
            ended?;
        }
        journal.close().await?;
        Ok(step)
    }
}

pub(super) async fn end(journal: &mut Journal<'_>, step: &mut steps::Model, ending: &Ending<'_>) -> Result<()> {
    match ending {
        Ending::Completed(output) => complete(journal, step, output, None).await,
        Ending::Failed(error, backoff) => {
            let tx = journal.tx;
            let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
            fail(journal, step, error, next_attempt(now, step.attempt, *backoff)).await
        }
    }
}

/// Stores the output of a step with its completion.
pub(crate) async fn complete(
    journal: &mut Journal<'_>,
    step: &mut steps::Model,
    output: &Value,
    agent: Option<Uuid>,
) -> Result<()> {
    let shown = summary_of(output);
    let change = |step: &mut steps::Model| {
        step.output = Some(output.clone());
        step.output_summary = shown;
        step.agent_id = agent;
    };
    journal.move_step(step, StepEvent::Complete, None, change).await
}

/// Stores why an attempt failed, and when the next one may begin.
pub(crate) async fn fail(
    journal: &mut Journal<'_>,
    step: &mut steps::Model,
    error: &StepError,
    next: Timestamp,
) -> Result<()> {
    let message = error.to_string();
    let change = |step: &mut steps::Model| {
        step.error_context = Some(error.stored());
        step.stack_trace = error.trace();
        step.next_attempt_at = (!exhausted(step)).then_some(next);
    };
    journal.move_step(step, StepEvent::Fail, Some(&message), change).await
}

/// When a further attempt may begin: random(0.5..1) of the base doubled with each attempt, at most 1 hour.
pub(crate) fn next_attempt(now: Timestamp, attempt: i64, base: TimeDelta) -> Timestamp {
    let doublings = i32::try_from((attempt - 1).clamp(0, 30)).unwrap_or(30);
    #[allow(clippy::cast_precision_loss)]
    let base = base.num_milliseconds().max(0) as f64;
    let longest = (base * 2f64.powi(doublings)).min(3_600_000.0);
    #[allow(clippy::cast_possible_truncation)]
    let micro = (longest * crate::assignment::jitter() * 1000.0) as i64;
    micros(now + TimeDelta::microseconds(micro))
}
