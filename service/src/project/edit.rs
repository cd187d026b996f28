//! Changes a project.

use callboard_entity::board_projects as projects;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::find::lock;
use super::rules::{check_root_path, refuse_slug};
use crate::change::Change;
use crate::db::{Tx, Verb};
use crate::error::{Result, taken};
use crate::id::Ref;
use crate::item::fields;
use crate::{rules, setting};

/// Changes a project; what is not named stays. Its key prefix never changes: the keys of its items hold it.
///
/// The setting `default_project` follows a new slug.
///
/// # Errors
/// `NotFound` for the project; else as [`super::AddProject`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditProject {
    /// By slug or id.
    pub project: Ref,
    /// A new slug; commands that name the old one no longer find the project.
    pub slug: Option<String>,
    /// One line, at most 500 characters.
    pub name: Option<String>,
    /// The absolute path of the folder that the project's files lie in.
    pub root_path: Change<String>,
    /// A JSON object.
    pub metadata: Change<Value>,
}

impl EditProject {
    /// An edit that changes nothing yet.
    pub fn new(project: impl Into<Ref>) -> Self {
        Self { project: project.into(), slug: None, name: None, root_path: Change::Keep, metadata: Change::Keep }
    }
}

impl Verb for EditProject {
    type Output = projects::Model;

    async fn apply(&self, tx: &Tx) -> Result<projects::Model> {
        let before = lock(tx, &self.project).await?;
        let mut after = before.clone();
        if let Some(slug) = self.slug.as_ref().filter(|slug| **slug != before.slug) {
            rules::slug("slug", slug)?;
            refuse_slug(tx, slug).await?;
            after.slug.clone_from(slug);
        }
        if let Some(name) = &self.name {
            rules::line("name", name)?;
            after.name.clone_from(name);
        }
        self.root_path.given().map_or(Ok(()), |path| check_root_path(path))?;
        after.root_path = self.root_path.of(before.root_path.clone());
        after.metadata = fields::metadata(self.metadata.of(before.metadata.clone()).as_ref())?;
        if after == before {
            return Ok(before);
        }
        after.updated_at = tx.now;
        projects::Entity::update(after.clone().into_active_model().reset_all())
            .exec(&tx.conn)
            .await
            .map_err(taken("project", &after.slug))?;
        if after.slug != before.slug {
            setting::follow_project(tx, &before.slug, &after.slug).await?;
        }
        Ok(after)
    }
}
