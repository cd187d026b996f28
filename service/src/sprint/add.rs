//! Adds a sprint to a project.

use callboard_entity::{ProjectStatus, SprintStatus, sprints};
use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::find::normal_code;
use super::rules::{check_dates, goal, refuse_taken};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result, taken};
use crate::id::{self, Ref};
use crate::item::fields;
use crate::{project, rules};

/// Adds a sprint, in planning.
///
/// # Errors
/// `Conflict::Exists` for a code that the project has; `Conflict::Inactive` for an archived project; `NotFound` for the
/// project; `Invalid` for input that breaks its rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AddSprint {
    /// The default project where none is named.
    pub project: Option<Ref>,
    /// `62`, `sprint-62` and `Sprint 62` are kept as `SPRINT-62`.
    pub code: String,
    /// One line, at most 500 characters.
    pub title: String,
    /// What it is for; at most 1 MiB.
    pub goal: Option<String>,
    /// The first day.
    pub starts_on: Option<NaiveDate>,
    /// The last day, not before the first; a sprint has at most 366 days.
    pub ends_on: Option<NaiveDate>,
    /// A JSON object.
    pub metadata: Option<Value>,
}

impl Verb for AddSprint {
    type Output = sprints::Model;

    async fn apply(&self, tx: &Tx) -> Result<sprints::Model> {
        let code = normal_code(&self.code)?;
        rules::line("title", &self.title)?;
        check_dates(self.starts_on, self.ends_on)?;
        let project = project::resolve(tx, self.project.as_ref()).await?;
        if project.status == ProjectStatus::Archived {
            let status = project.status.as_str().to_owned();
            return Err(Conflict::Inactive { entity: "project", name: project.slug, status }.into());
        }
        refuse_taken(tx, project.id, &code).await?;
        let sprint = sprints::Model {
            id: id::new(),
            project_id: project.id,
            code,
            title: self.title.clone(),
            goal: goal(self.goal.clone())?,
            status: SprintStatus::Planning,
            starts_on: self.starts_on,
            ends_on: self.ends_on,
            metadata: fields::metadata(self.metadata.as_ref())?,
            created_at: tx.now,
            updated_at: tx.now,
        };
        sprints::Entity::insert(sprint.clone().into_active_model().reset_all())
            .exec_without_returning(&tx.conn)
            .await
            .map_err(taken("sprint", &sprint.code))?;
        Ok(sprint)
    }
}
