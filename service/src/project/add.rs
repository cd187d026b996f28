//! Adds a project.

use callboard_entity::{ProjectStatus, board_projects as projects};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rules::{check_key_prefix, check_root_path, refuse_key_prefix, refuse_slug};
use crate::db::{Tx, Verb};
use crate::error::{Result, taken};
use crate::item::fields;
use crate::{id, rules};

/// Adds a project, whose items are numbered from 1.
///
/// # Errors
/// `Conflict::Exists` for a slug or key prefix that another project has, also an archived one; `Invalid` for input that
/// breaks its rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AddProject {
    /// Words of `a-z0-9` joined by `-`, at most 64 characters, unique.
    pub slug: String,
    /// One line, at most 500 characters.
    pub name: String,
    /// The `CB` of `CB-42`: 2 to 10 upper-case letters and digits, a letter first, unique.
    pub key_prefix: String,
    /// The absolute path of the folder that the project's files lie in.
    pub root_path: Option<String>,
    /// A JSON object.
    pub metadata: Option<Value>,
}

impl Verb for AddProject {
    type Output = projects::Model;

    async fn apply(&self, tx: &Tx) -> Result<projects::Model> {
        rules::slug("slug", &self.slug)?;
        rules::line("name", &self.name)?;
        check_key_prefix(&self.key_prefix)?;
        if let Some(path) = &self.root_path {
            check_root_path(path)?;
        }
        refuse_slug(tx, &self.slug).await?;
        refuse_key_prefix(tx, &self.key_prefix).await?;
        let project = projects::Model {
            id: id::new(),
            slug: self.slug.clone(),
            name: self.name.clone(),
            key_prefix: self.key_prefix.clone(),
            next_item_number: 1,
            next_decision_number: 1,
            root_path: self.root_path.clone(),
            status: ProjectStatus::Active,
            metadata: fields::metadata(self.metadata.as_ref())?,
            created_at: tx.now,
            updated_at: tx.now,
        };
        projects::Entity::insert(project.clone().into_active_model().reset_all())
            .exec_without_returning(&tx.conn)
            .await
            .map_err(taken("project", &self.slug))?;
        Ok(project)
    }
}
