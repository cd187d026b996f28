//! Reads a setting.

use serde::{Deserialize, Serialize};

use super::store::{self, Setting};
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;

/// Reads a setting as it counts: a project's own value, else the board's, else the default.
///
/// # Errors
/// `NotFound` for an unknown key (with the near ones) or project; `Invalid` where a project is named for a setting of
/// the whole board.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GetSetting {
    /// One of [`super::KEYS`].
    pub key: String,
    /// As it counts for this project, by slug or id; for the board where none is named.
    pub project: Option<Ref>,
}

impl Query for GetSetting {
    type Output = Setting;

    async fn fetch(&self, tx: &Tx) -> Result<Setting> {
        let (known, project) = store::named(tx, &self.key, self.project.as_ref()).await?;
        let row = store::effective(tx, known.key, project.as_ref().map(|p| p.id)).await?;
        Ok(Setting::new(known, project.as_ref(), row.as_ref()))
    }
}
