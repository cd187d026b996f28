//! The one way by which a run and its steps change: under the lock of the run's row, each change with its ledger row.

use callboard_entity::{
    WorkflowRunStatus as RunStatus, WorkflowStepStatus as StepStatus, workflow_events as events, workflow_runs as runs,
    workflow_steps as steps,
};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
};
use serde_json::Value;
use uuid::Uuid;

use super::state::{self, RunEvent, StepEvent};
use crate::clock::{Timestamp, micros};
use crate::db::{Tx, changed};
use crate::error::{Error, Result};
use crate::id;

/// A locked run, and what happened to it and its steps in this transaction.
///
/// The steps are written as they change; what begins as soon as it is added, the run and the ledger rows once, by
/// [`Journal::close`].
#[derive(Debug)]
pub(crate) struct Journal<'t> {
    pub tx: &'t Tx,
    pub run: runs::Model,
    before: runs::Model,
    events: Vec<events::Model>,
    /// Added, but not written yet.
    added: Vec<steps::Model>,
    /// The last step that was to be written has another status than was expected: nothing was changed by that.
    pub is_stale: bool,
}

impl<'t> Journal<'t> {
    /// Locks the run until the transaction ends; SQLite has one writer anyway.
    pub async fn open(tx: &'t Tx, run: Uuid) -> Result<Self> {
        let found = runs::Entity::find_by_id(run).lock_exclusive().one(&tx.conn).await?;
        let run = found.ok_or_else(|| Error::not_found("workflow run", run.to_string()))?;
        Ok(Self { tx, before: run.clone(), run, events: Vec::new(), added: Vec::new(), is_stale: false })
    }

    /// Adds a run; `None` where one of that `workflow_id` is there, also one that came in this instant.
    pub async fn create(tx: &'t Tx, run: runs::Model) -> Result<Option<Self>> {
        let row = run.clone().into_active_model().reset_all();
        let once = OnConflict::column(runs::Column::WorkflowId).do_nothing().to_owned();
        if runs::Entity::insert(row).on_conflict(once).exec_without_returning(&tx.conn).await? == 0 {
            return Ok(None);
        }
        let mut journal = Self { tx, before: run.clone(), run, events: Vec::new(), added: Vec::new(), is_stale: false };
        journal.note("created", None, None, None);
        Ok(Some(journal))
    }

    /// A ledger row for what is no change of a status.
    pub fn note(&mut self, kind: &str, step: Option<Uuid>, reason: Option<&str>, data: Option<Value>) {
        self.push(kind, step, (None, None), reason, data);
    }

    fn push(
        &mut self,
        kind: &str,
        step_id: Option<Uuid>,
        (from, to): (Option<&str>, Option<&str>),
        reason: Option<&str>,
        data: Option<Value>,
    ) {
        self.run.revision += 1;
        self.events.push(events::Model {
            id: id::new(),
            workflow_run_id: self.run.id,
            revision: self.run.revision,
            step_id,
            kind: kind.to_owned(),
            from_status: from.map(str::to_owned),
            to_status: to.map(str::to_owned),
            actor_type: self.tx.actor.kind,
            actor_id: self.tx.actor.id,
            runner_id: self.run.runner_id.clone(),
            run_epoch: self.run.run_epoch,
            reason: reason.map(str::to_owned),
            data,
            created_at: self.tx.now,
        });
    }

    /// Moves the run, or refuses and names both.
    ///
    /// # Errors
    /// `Transition`.
    pub fn move_run(&mut self, event: RunEvent, reason: Option<&str>) -> Result<()> {
        let from = self.run.status;
        let to = state::next_run(from, event).ok_or_else(|| refused_run(&self.run, event))?;
        self.run.status = to;
        match to {
            RunStatus::Running => {
                self.run.started_at = self.run.started_at.or(Some(self.tx.now));
                (self.run.completed_at, self.run.error_message) = (None, None);
            }
            RunStatus::Completed | RunStatus::Failed | RunStatus::Cancelled => {
                self.run.completed_at = Some(self.tx.now);
                self.run.error_message = reason.filter(|_| to == RunStatus::Failed).map(str::to_owned);
                self.unhand();
            }
            RunStatus::Pending | RunStatus::Paused => {}
        }
        self.push(event.as_str(), None, (Some(from.as_str()), Some(to.as_str())), reason, None);
        Ok(())
    }

    /// No runner drives the run any more.
    pub fn unhand(&mut self) {
        (self.run.runner_id, self.run.lease_expires_at) = (None, None);
    }

    /// Inserts steps that are pending, each with its ledger row.
    pub async fn add_steps(&mut self, rows: &[steps::Model]) -> Result<()> {
        self.insert(rows).await?;
        self.tell_added(rows);
        Ok(())
    }

    /// Adds steps that may begin in this transaction: each is written once, as it then is, and is read by nobody before.
    pub fn add_to_begin(&mut self, rows: &[steps::Model]) {
        self.added.extend_from_slice(rows);
        self.tell_added(rows);
    }

    async fn insert(&self, rows: &[steps::Model]) -> Result<()> {
        for chunk in rows.chunks(500) {
            let chunk = chunk.iter().map(|s| s.clone().into_active_model().reset_all());
            steps::Entity::insert_many(chunk).exec_without_returning(&self.tx.conn).await?;
        }
        Ok(())
    }

    fn tell_added(&mut self, rows: &[steps::Model]) {
        for step in rows {
            let named = serde_json::json!({ "name": step.name, "number": step.step_number });
            self.push("step_added", Some(step.id), (None, Some(step.status.as_str())), None, Some(named));
        }
    }

    /// Moves a step and writes what `change` makes of the row, guarded by the status that was read.
    ///
    /// # Errors
    /// `Transition`.
    pub async fn move_step(
        &mut self,
        step: &mut steps::Model,
        event: StepEvent,
        reason: Option<&str>,
        change: impl FnOnce(&mut steps::Model),
    ) -> Result<()> {
        let from = step.status;
        let to = state::next_step(from, event).ok_or_else(|| refused_step(&self.run, step, event))?;
        let before = step.clone();
        step.status = to;
        match to {
            StepStatus::Running => {
                step.attempt += 1;
                step.started_at = Some(self.tx.now);
                (step.completed_at, step.execution_time_seconds) = (None, None);
                (step.error_context, step.stack_trace, step.next_attempt_at) = (None, None, None);
            }
            StepStatus::Completed | StepStatus::Failed | StepStatus::Cancelled | StepStatus::Skipped => {
                step.completed_at = Some(self.tx.now);
                step.deadline_at = None;
                step.execution_time_seconds = step.started_at.map(|at| seconds(at, self.tx.now));
            }
            StepStatus::Pending | StepStatus::Waiting => {}
        }
        change(step);
        self.write_step(&before, step).await?;
        if to == StepStatus::Completed {
            self.run.steps_completed += 1;
        }
        let data = serde_json::json!({ "attempt": step.attempt });
        let kind = format!("step_{}", event.as_str());
        self.push(&kind, Some(step.id), (Some(from.as_str()), Some(to.as_str())), reason, Some(data));
        Ok(())
    }

    /// Writes what differs between two states of a step's row, guarded by the status of the first.
    pub async fn write_step(&mut self, before: &steps::Model, after: &mut steps::Model) -> Result<()> {
        after.updated_at = self.tx.now;
        self.is_stale = false;
        if let Some(added) = self.added.iter_mut().find(|step| step.id == before.id && step.status == before.status) {
            *added = after.clone();
            return Ok(());
        }
        let result = steps::Entity::update_many()
            .set(changed(before, after))
            .filter(steps::Column::Id.eq(before.id))
            .filter(steps::Column::Status.eq(before.status))
            .exec(&self.tx.conn)
            .await?;
        self.is_stale = result.rows_affected != 1;
        if self.is_stale {
            return Err(Error::Stored {
                what: format!("step {} of run {}", before.name, self.run.workflow_id),
                why: format!("it is no longer {} although its run is locked", before.status.as_str()),
            });
        }
        Ok(())
    }

    /// Writes the run and the ledger rows; without any, only the run where it changed.
    pub async fn close(mut self) -> Result<runs::Model> {
        if self.events.is_empty() && self.run == self.before {
            return Ok(self.run);
        }
        self.run.updated_at = self.tx.now;
        self.insert(&self.added).await?;
        runs::Entity::update_many()
            .set(changed(&self.before, &self.run))
            .filter(runs::Column::Id.eq(self.run.id))
            .exec(&self.tx.conn)
            .await?;
        for chunk in self.events.chunks(1000) {
            let chunk = chunk.iter().map(|e| e.clone().into_active_model().reset_all());
            events::Entity::insert_many(chunk).exec_without_returning(&self.tx.conn).await?;
        }
        Ok(self.run)
    }
}

/// The seconds from one time to another, to the microsecond.
pub(crate) fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    #[allow(clippy::cast_precision_loss)]
    let micros = (micros(to) - micros(from)).num_microseconds().unwrap_or(i64::MAX) as f64;
    micros / 1e6
}

/// The refusal that names the run's state and the event.
pub(crate) fn refused_run(run: &runs::Model, event: RunEvent) -> Error {
    Error::Transition {
        entity: "workflow run",
        name: run.workflow_id.clone(),
        from: run.status.as_str().to_owned(),
        event: event.as_str().to_owned(),
        allowed: state::possible_run(run.status),
    }
}

/// The refusal that names the step's state and the event.
pub(crate) fn refused_step(run: &runs::Model, step: &steps::Model, event: StepEvent) -> Error {
    Error::Transition {
        entity: "step",
        name: format!("{} of {}", step.name, run.workflow_id),
        from: step.status.as_str().to_owned(),
        event: event.as_str().to_owned(),
        allowed: state::possible_step(step.status),
    }
}

/// A heartbeat writes no event: it says nothing but that the runner lives.
pub(crate) async fn extend(tx: &Tx, run: &runs::Model, until: Timestamp) -> Result<()> {
    runs::Entity::update_many()
        .set(runs::ActiveModel { lease_expires_at: Set(Some(until)), updated_at: Set(tx.now), ..Default::default() })
        .filter(runs::Column::Id.eq(run.id))
        .filter(runs::Column::RunEpoch.eq(run.run_epoch))
        .exec(&tx.conn)
        .await?;
    Ok(())
}
