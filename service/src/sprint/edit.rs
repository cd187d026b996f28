//! Changes a sprint.

use callboard_entity::{SprintStatus, sprints};
use chrono::NaiveDate;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::find::{lock, normal_code};
use super::rules::{check_dates, goal, refuse_taken};
use super::state;
use crate::change::Change;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result, taken};
use crate::id::Ref;
use crate::item::fields;
use crate::rules;

/// Changes a sprint; what is not named stays.
///
/// # Errors
/// `NotFound` for the sprint; `Transition`, naming both states and what is possible, for a state that cannot follow;
/// else as [`super::AddSprint`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditSprint {
    /// The project of the sprint, by slug or id; needed only where a code is that of sprints in several projects.
    pub project: Option<Ref>,
    /// By code or id.
    pub sprint: Ref,
    /// A new code, in the form that [`super::AddSprint`] takes.
    pub code: Option<String>,
    /// One line, at most 500 characters.
    pub title: Option<String>,
    /// At most 1 MiB.
    pub goal: Change<String>,
    /// As docs/states.md allows from the present one.
    pub status: Option<SprintStatus>,
    /// The first day.
    pub starts_on: Change<NaiveDate>,
    /// The last day, not before the first; a sprint has at most 366 days.
    pub ends_on: Change<NaiveDate>,
    /// A JSON object.
    pub metadata: Change<Value>,
}

impl EditSprint {
    /// An edit that changes nothing yet.
    pub fn new(sprint: impl Into<Ref>) -> Self {
        Self {
            project: None,
            sprint: sprint.into(),
            code: None,
            title: None,
            goal: Change::Keep,
            status: None,
            starts_on: Change::Keep,
            ends_on: Change::Keep,
            metadata: Change::Keep,
        }
    }

    fn applied(&self, before: &sprints::Model) -> Result<sprints::Model> {
        let mut after = before.clone();
        if let Some(code) = &self.code {
            after.code = normal_code(code)?;
        }
        if let Some(title) = &self.title {
            rules::line("title", title)?;
            after.title.clone_from(title);
        }
        after.goal = goal(self.goal.of(before.goal.clone()))?;
        after.starts_on = self.starts_on.of(before.starts_on);
        after.ends_on = self.ends_on.of(before.ends_on);
        check_dates(after.starts_on, after.ends_on)?;
        after.metadata = fields::metadata(self.metadata.of(before.metadata.clone()).as_ref())?;
        if let Some(status) = self.status.filter(|status| *status != before.status) {
            let possible = state::following(before.status);
            if !possible.contains(&status) {
                return Err(Error::Transition {
                    entity: "sprint",
                    name: before.code.clone(),
                    from: before.status.as_str().to_owned(),
                    event: status.as_str().to_owned(),
                    allowed: possible.iter().map(|status| status.as_str().to_owned()).collect(),
                });
            }
            after.status = status;
        }
        Ok(after)
    }
}

impl Verb for EditSprint {
    type Output = sprints::Model;

    async fn apply(&self, tx: &Tx) -> Result<sprints::Model> {
        let before = lock(tx, self.project.as_ref(), &self.sprint).await?;
        let mut after = self.applied(&before)?;
        if after == before {
            return Ok(before);
        }
        if after.code != before.code {
            refuse_taken(tx, after.project_id, &after.code).await?;
        }
        after.updated_at = tx.now;
        sprints::Entity::update(after.clone().into_active_model().reset_all())
            .exec(&tx.conn)
            .await
            .map_err(taken("sprint", &after.code))?;
        Ok(after)
    }
}
