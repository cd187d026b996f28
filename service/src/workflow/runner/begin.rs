//! A run that is to be, and its beginning or its taking up again.

use callboard_entity::{WorkflowRunStatus as Status, workflow_runs as runs};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::lease::{Runner, Taken};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::{self, Ref};
use crate::workflow::journal::Journal;
use crate::{project, rules};

/// A run whose steps are code: what [`crate::Callboard::drive`] begins, or takes up again.
///
/// ```
/// use callboard_service::workflow::NewRun;
///
/// let run = NewRun::new("nightly-report", "report-2026-11-21")
///     .inputs(serde_json::json!({ "day": "2026-11-21" }))
///     .steps(4);
/// # let _ = run;
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewRun {
    /// What is run: one line, at most 500 characters.
    pub workflow: String,
    /// The idempotency key: a second run of that id is the same run. At most 200 characters.
    pub id: String,
    /// The project that delegated steps add their items to.
    pub project: Option<Ref>,
    /// Given to the steps; a JSON object of at most 1 MiB.
    pub inputs: Option<Value>,
    /// How many steps there will be, for the progress; as many as were asked for where it is not known.
    pub steps: Option<i64>,
}

impl NewRun {
    /// A run of that workflow and id.
    pub fn new(workflow: impl Into<String>, id: impl Into<String>) -> Self {
        Self { workflow: workflow.into(), id: id.into(), project: None, inputs: None, steps: None }
    }

    /// The project that delegated steps add their items to.
    #[must_use]
    pub fn project(mut self, project: impl Into<Ref>) -> Self {
        self.project = Some(project.into());
        self
    }

    /// What the steps are given: a JSON object.
    #[must_use]
    pub fn inputs(mut self, inputs: Value) -> Self {
        self.inputs = Some(inputs);
        self
    }

    /// How many steps there will be.
    #[must_use]
    pub fn steps(mut self, steps: i64) -> Self {
        self.steps = Some(steps);
        self
    }

    /// Finds the run of that id, or adds it. Another one's id is refused.
    async fn find_or_add<'t>(&self, tx: &'t Tx) -> Result<Journal<'t>> {
        rules::line("workflow", &self.workflow)?;
        workflow_id(&self.id)?;
        if let Some(inputs) = &self.inputs {
            check_inputs(inputs)?;
        }
        if self.steps.is_some_and(|steps| !(1..=10_000).contains(&steps)) {
            return Err(Error::invalid("steps", self.steps.unwrap_or(0).to_string(), "must be between 1 and 10000"));
        }
        let by_id = || runs::Entity::find().filter(runs::Column::WorkflowId.eq(self.id.as_str())).one(&tx.conn);
        let found = match by_id().await? {
            Some(found) => found,
            None => {
                let project = match &self.project {
                    Some(name) => Some(project::find(tx, name).await?.id),
                    None => None,
                };
                let mut row = blank(tx, &self.workflow, &self.id);
                (row.project_id, row.inputs, row.total_steps) = (project, self.inputs.clone(), self.steps);
                if let Some(journal) = Journal::create(tx, row).await? {
                    return Ok(journal);
                }
                // Another process began it in this instant: it is there now.
                by_id().await?.ok_or_else(|| Error::not_found("workflow run", self.id.as_str()))?
            }
        };
        let other = |what: &str| Conflict::OtherRun {
            id: self.id.clone(),
            workflow: found.workflow_name.clone(),
            what: what.to_owned(),
        };
        if found.workflow_name != self.workflow || found.template_id.is_some() {
            return Err(other("workflow").into());
        }
        if found.inputs != self.inputs {
            return Err(other("inputs").into());
        }
        Journal::open(tx, found.id).await
    }
}

/// A run that nothing has happened to yet.
pub(crate) fn blank(tx: &Tx, workflow: &str, workflow_id: &str) -> runs::Model {
    runs::Model {
        id: id::new(),
        workflow_name: workflow.to_owned(),
        workflow_id: workflow_id.to_owned(),
        project_id: None,
        template_id: None,
        status: Status::Pending,
        inputs: None,
        total_steps: None,
        steps_completed: 0,
        error_message: None,
        started_at: None,
        completed_at: None,
        runner_id: None,
        run_epoch: 0,
        lease_expires_at: None,
        revision: 0,
        created_at: tx.now,
        updated_at: tx.now,
    }
}

/// A run's id of the caller's own: one line of at most 200 characters that is no UUID.
pub(crate) fn workflow_id(value: &str) -> Result<()> {
    rules::line("workflow id", value)?;
    if value.chars().count() > 200 {
        return Err(Error::invalid("workflow id", value, "must have at most 200 characters"));
    }
    rules::not_id("workflow id", value)
}

/// Inputs are a JSON object, at most 1 MiB when written.
pub(crate) fn check_inputs(inputs: &Value) -> Result<()> {
    if !inputs.is_object() {
        return Err(Error::invalid("inputs", inputs.to_string(), "must be a JSON object"));
    }
    rules::json("inputs", inputs)
}

/// Begins a run, or takes it up again, for one runner.
#[derive(Clone, Debug)]
pub(super) struct Begin<'a> {
    pub new: &'a NewRun,
    pub by: Runner,
}

impl Verb for Begin<'_> {
    type Output = Taken;

    async fn apply(&self, tx: &Tx) -> Result<Taken> {
        self.by.take(self.new.find_or_add(tx).await?).await
    }
}
