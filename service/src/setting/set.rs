//! Sets a setting.

use callboard_entity::board_settings as rows;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::store::{self, Setting};
use crate::db::{Tx, Verb};
use crate::error::{Result, taken};
use crate::id::{self, Ref};

/// Sets a setting of the board, or a project's own value of it.
///
/// # Errors
/// `NotFound` for an unknown key (with the near ones), and for a project or user that the value names; `Invalid` for a
/// value that the setting cannot have, and where a project is named for a setting of the whole board.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SetSetting {
    /// One of [`super::KEYS`].
    pub key: String,
    /// Of the type and range that `Known::about` tells.
    pub value: Value,
    /// The project's own value, by slug or id; the board's where none is named.
    pub project: Option<Ref>,
}

impl Verb for SetSetting {
    type Output = Setting;

    async fn apply(&self, tx: &Tx) -> Result<Setting> {
        let (known, project) = store::named(tx, &self.key, self.project.as_ref()).await?;
        known.check_value(tx, &self.value).await?;
        let project_id = project.as_ref().map(|p| p.id);
        let row = match store::row(tx, known.key, project_id).await? {
            Some(mut row) => {
                row.value = self.value.clone();
                row.updated_at = tx.now;
                rows::Entity::update(row.clone().into_active_model().reset_all()).exec(&tx.conn).await?;
                row
            }
            None => {
                let row = rows::Model {
                    id: id::new(),
                    project_id,
                    key: known.key.to_owned(),
                    value: self.value.clone(),
                    created_at: tx.now,
                    updated_at: tx.now,
                };
                let insert = rows::Entity::insert(row.clone().into_active_model().reset_all());
                insert.exec_without_returning(&tx.conn).await.map_err(taken("setting", known.key))?;
                row
            }
        };
        Ok(Setting::new(known, project.as_ref(), Some(&row)))
    }
}
