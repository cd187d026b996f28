//! A step of code that an agent does: the run waits for its item, holding no lease.

use callboard_entity::{
    WorkItemType, WorkflowRunStatus as RunStatus, WorkflowStepStatus as Status, workflow_runs as runs,
    workflow_steps as steps,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::Run;
use super::attempt::{Begun, exhausted, pending, same};
use super::driver::{after, decode};
use super::lease::{Heart, Release, Runner, Take, Taken, fence};
use super::step::{Asked, Step};
use crate::db::{Query, Tx, Verb};
use crate::error::{Error, Result};
use crate::item::Requirement;
use crate::workflow::delegated::hand_out;
use crate::workflow::journal::Journal;
use crate::workflow::template::{Check, Delegate, How, OutputSpec, Rendered, StepSpec};

/// What an agent is to do for a step, as the item that it becomes.
#[derive(Clone, Debug, PartialEq)]
pub struct Handover {
    /// One line, at most 500 characters.
    pub title: String,
    /// At most 1 MiB.
    pub description: Option<String>,
    /// What the agent must be able to do.
    pub requires: Vec<Requirement>,
    /// What must be true of the work; shown to the agent.
    pub acceptance_criteria: Vec<String>,
    /// The kind of item.
    pub r#type: WorkItemType,
    /// 0 (most urgent) to 4.
    pub priority: i64,
    /// What the result must be like: a completion that does not meet it is refused.
    pub gate: Vec<Check>,
    /// What of the result becomes an output of the run.
    pub output: Option<OutputSpec>,
}

impl Handover {
    /// A task of that title and priority 2, for any agent.
    pub fn titled(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            description: None,
            requires: Vec::new(),
            acceptance_criteria: Vec::new(),
            r#type: WorkItemType::Task,
            priority: 2,
            gate: Vec::new(),
            output: None,
        }
    }

    fn spec(&self, step: &Step) -> StepSpec {
        StepSpec {
            name: step.name.clone(),
            title: self.title.clone(),
            description: self.description.clone(),
            how: How::Delegate(self.delegate(step)),
            after: Vec::new(),
            max_attempts: step.attempts,
            timeout_seconds: step.timeout.and_then(|limit| i64::try_from(limit.as_secs()).ok()),
            backoff_seconds: i64::try_from(step.backoff.as_secs()).unwrap_or(i64::MAX),
            gate: self.gate.clone(),
            output: self.output.clone(),
        }
    }

    fn delegate(&self, step: &Step) -> Delegate {
        Delegate {
            requires: self.requires.clone(),
            agent: (!step.agent.is_empty()).then(|| step.agent.clone()),
            r#type: self.r#type,
            priority: self.priority,
            acceptance_criteria: self.acceptance_criteria.clone(),
        }
    }
}

impl Run {
    /// Hands a step to whichever agent claims its item, and waits for the item's end without a lease.
    ///
    /// The result is what the agent completes the item with (`callboard complete --result JSON`), or its notes. Where
    /// [`super::RunOptions::wait`] is off the drive ends as [`super::Drive::Waiting`]; the next one goes on from here.
    ///
    /// # Errors
    /// `Invalid` where the run names no project; `StepFailed` once the item was cancelled or is a dead letter as often
    /// as the step has attempts; else as [`Run::step`].
    pub async fn delegate<T: DeserializeOwned>(&mut self, step: impl Into<Step>, what: &Handover) -> Result<T> {
        let asked = self.ask(step.into())?;
        loop {
            let begin = BeginDelegated { run: self.run.id, epoch: self.driver.epoch, asked: &asked, what };
            match self.driver.board.run(self.driver.actor, &begin).await? {
                Begun::Done(output) => return decode(&asked, output),
                Begun::Dead(step) => return Err(self.driver.failed(&step)),
                _ => self.wait(&asked).await?,
            }
        }
    }

    /// Waits for the end of an item; the lease is given back meanwhile, and got again after.
    async fn wait(&mut self, asked: &Asked) -> Result<()> {
        let (run, epoch, actor) = (self.run.id, self.driver.epoch, self.driver.actor);
        let suspended = || Error::Suspended {
            run: self.driver.name.clone(),
            why: format!("step '{}' waits for its item", asked.step.name),
        };
        if !self.driver.options.wait {
            return Err(suspended());
        }
        let runner = self.run.runner_id.clone().unwrap_or_default();
        self.driver.board.run(actor, &Release { run, epoch, why: "a step waits for its item" }).await?;
        loop {
            let (now, status) = self.driver.board.read(&Look { run, step: asked.number }).await?;
            fence(&now, epoch, true)?;
            if now.status == RunStatus::Running && status != Some(Status::Waiting) {
                break;
            }
            tokio::time::sleep(self.driver.options.poll).await;
        }
        let lease = self.driver.options.lease()?;
        match self.driver.board.run(actor, &Take { run, by: Runner { name: runner, lease } }).await? {
            Taken::Driven { run, .. } => {
                self.heart = Heart::start(self.driver.board.clone(), run.id, run.run_epoch, lease);
                (self.driver.epoch, self.driver.pulse) = (run.run_epoch, self.heart.pulse());
                self.run = run;
                Ok(())
            }
            Taken::Ended(run) => {
                let why = format!("it is {}", run.status.as_str());
                Err(Error::RunLost { run: run.workflow_id, why })
            }
        }
    }
}

/// Hands a step out, or says what has become of it.
struct BeginDelegated<'a> {
    run: Uuid,
    epoch: i64,
    asked: &'a Asked,
    what: &'a Handover,
}

impl Verb for BeginDelegated<'_> {
    type Output = Begun;

    async fn apply(&self, tx: &Tx) -> Result<Begun> {
        let mut journal = Journal::open(tx, self.run).await?;
        fence(&journal.run, self.epoch, false)?;
        let spec = self.what.spec(&self.asked.step);
        let mut step = match recorded(tx, self.run, self.asked.number).await? {
            Some(step) => step,
            None => {
                let stored = |e: serde_json::Error| Error::Stored { what: spec.name.clone(), why: e.to_string() };
                let mut step = pending(tx, self.run, self.asked);
                step.spec = Some(serde_json::to_value(&spec).map_err(stored)?);
                journal.add_steps(std::slice::from_ref(&step)).await?;
                step
            }
        };
        same(&journal.run.workflow_id, &step, self.asked)?;
        let begun = match step.status {
            Status::Completed => return Ok(Begun::Done(step.output.unwrap_or(Value::Null))),
            Status::Waiting => return Ok(Begun::Waiting),
            Status::Failed if exhausted(&step) => return Ok(Begun::Dead(Box::new(step))),
            _ => {
                let How::Delegate(delegate) = &spec.how else { return Ok(Begun::Waiting) };
                let texts = Rendered { title: self.what.title.clone(), description: self.what.description.clone() };
                hand_out(&mut journal, &mut step, &spec, delegate, Ok(texts)).await?;
                if step.status == Status::Waiting { Begun::Waiting } else { after(step) }
            }
        };
        journal.close().await?;
        Ok(begun)
    }
}

async fn recorded(tx: &Tx, run: Uuid, number: i64) -> Result<Option<steps::Model>> {
    let of =
        steps::Entity::find().filter(steps::Column::WorkflowRunId.eq(run)).filter(steps::Column::StepNumber.eq(number));
    Ok(of.one(&tx.conn).await?)
}

/// How a run and one of its steps stand.
struct Look {
    run: Uuid,
    step: i64,
}

impl Query for Look {
    type Output = (runs::Model, Option<Status>);

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let run = runs::Entity::find_by_id(self.run).one(&tx.conn).await?;
        let run = run.ok_or_else(|| Error::not_found("workflow run", self.run.to_string()))?;
        let step = recorded(tx, self.run, self.step).await?;
        Ok((run, step.map(|step| step.status)))
    }
}
