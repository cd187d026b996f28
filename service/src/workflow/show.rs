//! Shows a run with its steps.

use std::collections::HashMap;

use callboard_entity::{
    agent_profiles, board_projects as projects, work_items, workflow_outputs as outputs, workflow_runs as runs,
    workflow_steps as steps, workflow_templates as templates,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::list::interrupted;
use super::progress::{self, Progress};
use super::rows;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;

/// Shows a run, by as many statements whatever the number of its steps.
///
/// # Errors
/// `NotFound` with near ids.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShowRun {
    /// By its id or its `workflow_id`.
    pub run: Ref,
}

/// A run with its steps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunDetails {
    /// The run.
    pub run: runs::Model,
    /// The slug of its project.
    pub project: Option<String>,
    /// The template's name and version, where it is a run of one.
    pub template: Option<(String, i64)>,
    /// Whether its runner gave no sign of life until its lease ran out.
    pub interrupted: bool,
    /// How far it is.
    pub progress: Progress,
    /// In their order.
    pub steps: Vec<StepDetails>,
    /// The keys of its outputs.
    pub outputs: Vec<String>,
}

/// A step of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepDetails {
    /// The step.
    pub step: steps::Model,
    /// The names of the steps that it waits for.
    pub after: Vec<String>,
    /// The key of the item that it waits or waited for.
    pub item: Option<String>,
    /// The slug of the agent that did it.
    pub agent: Option<String>,
}

impl Query for ShowRun {
    type Output = RunDetails;

    async fn fetch(&self, tx: &Tx) -> Result<RunDetails> {
        let run = rows::find(tx, &self.run).await?;
        let all = rows::steps(tx, run.id).await?;
        let waits_for = rows::dependencies(tx, run.id).await?;
        let progress = progress::of(tx, &run, &all, &waits_for).await?;
        let project = match run.project_id {
            Some(id) => projects::Entity::find_by_id(id).one(&tx.conn).await?.map(|project| project.slug),
            None => None,
        };
        let template = match run.template_id {
            Some(id) => templates::Entity::find_by_id(id).one(&tx.conn).await?.map(|t| (t.name, t.version)),
            None => None,
        };
        let keys: Vec<(Uuid, String)> = work_items::Entity::find()
            .select_only()
            .columns([work_items::Column::Id, work_items::Column::Key])
            .filter(work_items::Column::Id.is_in(all.iter().filter_map(|step| step.work_item_id)))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let keys: HashMap<Uuid, String> = keys.into_iter().collect();
        let agents: Vec<(Uuid, String)> = agent_profiles::Entity::find()
            .select_only()
            .columns([agent_profiles::Column::Id, agent_profiles::Column::Slug])
            .filter(agent_profiles::Column::Id.is_in(all.iter().filter_map(|step| step.agent_id)))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let agents: HashMap<Uuid, String> = agents.into_iter().collect();
        let outputs = outputs::Entity::find()
            .select_only()
            .column(outputs::Column::OutputKey)
            .filter(outputs::Column::WorkflowRunId.eq(run.id))
            .order_by_asc(outputs::Column::Id)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let names: HashMap<Uuid, String> = all.iter().map(|step| (step.id, step.name.clone())).collect();
        let details = |step: steps::Model| StepDetails {
            after: waits_for.get(&step.id).into_iter().flatten().filter_map(|on| names.get(on).cloned()).collect(),
            item: step.work_item_id.and_then(|id| keys.get(&id).cloned()),
            agent: step.agent_id.and_then(|id| agents.get(&id).cloned()),
            step,
        };
        Ok(RunDetails {
            interrupted: interrupted(&run, now),
            run,
            project,
            template,
            progress,
            steps: all.into_iter().map(details).collect(),
            outputs,
        })
    }
}
