//! Takes a setting back.

use callboard_entity::board_settings as rows;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use super::store::{self, Setting};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;

/// Takes back what was set for the board or for a project; gives what counts from now on.
///
/// # Errors
/// `NotFound` for an unknown key (with the near ones) or project, and where nothing was set; `Invalid` where a project
/// is named for a setting of the whole board.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct UnsetSetting {
    /// One of [`super::KEYS`].
    pub key: String,
    /// The project's own value, by slug or id; the board's where none is named.
    pub project: Option<Ref>,
}

impl Verb for UnsetSetting {
    type Output = Setting;

    async fn apply(&self, tx: &Tx) -> Result<Setting> {
        let (known, project) = store::named(tx, &self.key, self.project.as_ref()).await?;
        let project_id = project.as_ref().map(|p| p.id);
        let row = store::row(tx, known.key, project_id).await?;
        let row = row.ok_or_else(|| Error::not_found("value of setting", known.key))?;
        rows::Entity::delete_by_id(row.id).exec(&tx.conn).await?;
        let left = store::effective(tx, known.key, project_id).await?;
        Ok(Setting::new(known, project.as_ref(), left.as_ref()))
    }
}
