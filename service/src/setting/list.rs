//! Lists the settings.

use callboard_entity::board_settings as rows;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::known::KEYS;
use super::store::{self, Setting};
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;

/// Lists every setting of the board, set or not; where a project is named, those that a project may have, as they count
/// for it.
///
/// # Errors
/// `NotFound` for the project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListSettings {
    /// As they count for this project, by slug or id.
    pub project: Option<Ref>,
}

impl Query for ListSettings {
    type Output = Vec<Setting>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<Setting>> {
        let project = store::scope(tx, self.project.as_ref()).await?;
        let mut scope = Condition::any().add(rows::Column::ProjectId.is_null());
        if let Some(project) = &project {
            scope = scope.add(rows::Column::ProjectId.eq(project.id));
        }
        let stored = rows::Entity::find().filter(scope).all(&tx.conn).await?;
        let known = KEYS.iter().filter(|known| known.per_project || project.is_none());
        let settings = known.map(|known| {
            let own = stored.iter().filter(|row| row.key == known.key).max_by_key(|row| row.project_id.is_some());
            Setting::new(known, project.as_ref(), own)
        });
        Ok(settings.collect())
    }
}
