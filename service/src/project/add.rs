//! Adds a project.

use callboard_entity::{ProjectStatus, board_projects as projects};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::rules::{check_key_prefix, check_root_path};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result, taken};
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
        if let Some(metadata) = &self.metadata {
            rules::json("metadata", metadata)?;
        }
        let unique = [(projects::Column::Slug, &self.slug), (projects::Column::KeyPrefix, &self.key_prefix)];
        for (column, value) in unique {
            if projects::Entity::find().filter(column.eq(value.as_str())).one(&tx.conn).await?.is_some() {
                let entity = if matches!(column, projects::Column::Slug) { "project" } else { "key prefix" };
                return Err(Conflict::Exists { entity, name: value.clone() }.into());
            }
        }
        let project = projects::Model {
            id: id::new(),
            slug: self.slug.clone(),
            name: self.name.clone(),
            key_prefix: self.key_prefix.clone(),
            next_item_number: 1,
            next_decision_number: 1,
            root_path: self.root_path.clone(),
            status: ProjectStatus::Active,
            metadata: self.metadata.clone(),
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
