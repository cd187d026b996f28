//! Starts a run of a template.

use callboard_entity::{
    workflow_runs as runs, workflow_step_dependencies as dependencies, workflow_steps as steps,
    workflow_templates as templates,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::HashMap;
use uuid::Uuid;

use super::advance::advance;
use super::journal::Journal;
use super::rows;
use super::runner::{blank, blank_step, workflow_id};
use super::state::RunEvent;
use super::template::{Definition, How, inputs, store};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::{self, Ref};
use crate::item::ItemBrief;
use crate::project;

/// Starts a run of a template: its steps are recorded, and those that wait for nothing are handed out at once.
///
/// A template that comes with Callboard is added to the board by its first run.
///
/// # Errors
/// `NotFound` for the template or its version; `Invalid` for inputs that are missing, unknown or of another type, and
/// without a project where a step is delegated; `OtherRun` where the id belongs to another workflow or was started
/// with other inputs.
///
/// # Example
/// ```no_run
/// use callboard_service::Actor;
/// use callboard_service::workflow::StartRun;
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let start = StartRun {
///     id: Some("sleep-2026".to_owned()),
///     inputs: [("topic".to_owned(), "sleep and memory".into())].into_iter().collect(),
///     ..StartRun::of("research")
/// };
/// let started = board.run(Actor::SYSTEM, &start).await?;
/// println!("{} is {}", started.run.workflow_id, started.run.status.as_str());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct StartRun {
    /// The name of a template of the board, or of one that comes with Callboard.
    pub template: String,
    /// The newest where none is named.
    pub version: Option<i64>,
    /// The idempotency key: the same start again changes nothing. Made up where none is named.
    pub id: Option<String>,
    /// Where delegated steps add their items; the board's default where none is named.
    pub project: Option<Ref>,
    /// By the names that the template declares.
    pub inputs: Map<String, Value>,
}

impl StartRun {
    /// A run of that template, without inputs.
    pub fn of(template: impl Into<String>) -> Self {
        Self { template: template.into(), ..Self::default() }
    }
}

/// A run that was started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StartedRun {
    /// The run.
    pub run: runs::Model,
    /// Whether the same start had been made before: nothing was changed.
    pub already: bool,
    /// The items that its steps wait for now, in the order of the steps.
    pub items: Vec<ItemBrief>,
}

impl Verb for StartRun {
    type Output = StartedRun;

    async fn apply(&self, tx: &Tx) -> Result<StartedRun> {
        if let Some(id) = &self.id {
            workflow_id(id)?;
            if let Some(found) = by_id(tx, id).await? {
                return self.again(tx, found).await;
            }
        }
        let (template, definition) = store::resolve(tx, &self.template, self.version).await?;
        let given = inputs::resolve(&definition, self.inputs.clone())?;
        let id = self.id.clone().unwrap_or_else(|| made_up(&self.template));
        let mut row = blank(tx, &definition.name, &id);
        row.project_id = self.project(tx, &definition).await?;
        row.template_id = Some(template.id);
        row.inputs = Some(Value::Object(given));
        row.total_steps = i64::try_from(definition.steps.len()).ok();
        let Some(mut journal) = Journal::create(tx, row).await? else {
            // Another process started it in this instant.
            let found = by_id(tx, &id).await?.ok_or_else(|| Error::not_found("workflow run", id.as_str()))?;
            return self.again(tx, found).await;
        };
        add_steps(&mut journal, &definition).await?;
        journal.move_run(RunEvent::Start, None)?;
        advance(&mut journal).await?;
        let run = journal.close().await?;
        Ok(StartedRun { items: rows::waited_for(tx, run.id).await?, run, already: false })
    }
}

impl StartRun {
    async fn project(&self, tx: &Tx, definition: &Definition) -> Result<Option<Uuid>> {
        let delegates = definition.steps.iter().any(|step| matches!(step.how, How::Delegate(_)));
        if self.project.is_none() && !delegates {
            return Ok(None);
        }
        Ok(Some(project::resolve(tx, self.project.as_ref()).await?.id))
    }

    /// The run that is there, if it is the one that is asked for.
    async fn again(&self, tx: &Tx, found: runs::Model) -> Result<StartedRun> {
        let id = found.workflow_id.clone();
        let other =
            |what: &str| Conflict::OtherRun { id, workflow: found.workflow_name.clone(), what: what.to_owned() };
        let Some(template) = found.template_id.filter(|_| found.workflow_name == self.template) else {
            return Err(other("template").into());
        };
        let stored = templates::Entity::find_by_id(template).one(&tx.conn).await?;
        let stored = stored.ok_or_else(|| Error::not_found("workflow template", template.to_string()))?;
        if self.version.is_some_and(|version| version != stored.version) {
            return Err(other("version").into());
        }
        let given = inputs::resolve(&store::definition(&stored)?, self.inputs.clone())?;
        if found.inputs != Some(Value::Object(given)) {
            return Err(other("set of inputs").into());
        }
        Ok(StartedRun { items: rows::waited_for(tx, found.id).await?, run: found, already: true })
    }
}

async fn by_id(tx: &Tx, id: &str) -> Result<Option<runs::Model>> {
    Ok(runs::Entity::find().filter(runs::Column::WorkflowId.eq(id)).one(&tx.conn).await?)
}

/// The template's name and the random part of a UUID: two in one instant differ.
fn made_up(template: &str) -> String {
    let random = id::new().simple().to_string();
    format!("{template}-{}", &random[20..])
}

async fn add_steps(journal: &mut Journal<'_>, definition: &Definition) -> Result<()> {
    let tx = journal.tx;
    let mut rows = Vec::with_capacity(definition.steps.len());
    for (number, spec) in (1..).zip(&definition.steps) {
        let stored = |e: serde_json::Error| Error::Stored { what: format!("step '{}'", spec.name), why: e.to_string() };
        let agent = match &spec.how {
            How::Delegate(delegate) => delegate.agent.clone(),
            How::Function(name) => Some(name.clone()),
        };
        rows.push(steps::Model {
            agent_name: agent.unwrap_or_default(),
            max_attempts: spec.max_attempts,
            spec: Some(serde_json::to_value(spec).map_err(stored)?),
            ..blank_step(tx, journal.run.id, number, &spec.name)
        });
    }
    journal.add_steps(&rows).await?;
    let ids: HashMap<&str, Uuid> = rows.iter().map(|row| (row.name.as_str(), row.id)).collect();
    let mut edges = Vec::new();
    for (spec, row) in definition.steps.iter().zip(&rows) {
        for on in spec.after.iter().filter_map(|name| ids.get(name.as_str())) {
            let edge = dependencies::Model { step_id: row.id, depends_on_id: *on, created_at: tx.now };
            edges.push(edge.into_active_model().reset_all());
        }
    }
    for chunk in edges.chunks(5000) {
        dependencies::Entity::insert_many(chunk.to_vec()).exec_without_returning(&tx.conn).await?;
    }
    Ok(())
}
