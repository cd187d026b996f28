//! Shows a template.

use callboard_entity::workflow_templates as templates;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::definition::Definition;
use super::write::yaml;
use super::{shipped, store};
use crate::db::{Query, Tx};
use crate::error::Result;

/// Shows what a template says, in its newest version or the one that is named.
///
/// # Errors
/// `NotFound` with near names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShowTemplate {
    /// Its name.
    pub name: String,
    /// The newest where none is named.
    pub version: Option<i64>,
}

/// A template with what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TemplateDetails {
    /// What it says.
    pub definition: Definition,
    /// The same as YAML, which [`super::AddTemplate`] takes: for one's own version of it.
    pub text: String,
    /// None where it comes with Callboard and no run of it was started yet.
    pub version: Option<i64>,
    /// The SHA-256 of what it says, in hex; none where `version` is none.
    pub content_sha256: Option<String>,
    /// All versions on the board, the newest first.
    pub versions: Vec<i64>,
}

impl Query for ShowTemplate {
    type Output = TemplateDetails;

    async fn fetch(&self, tx: &Tx) -> Result<TemplateDetails> {
        let Some(stored) = store::find(tx, &self.name, self.version).await? else {
            if self.version.is_none() && store::is_shipped(&self.name) {
                let definition = shipped::definition(&self.name)?;
                let (text, versions) = (shipped::text(&self.name)?.to_owned(), Vec::new());
                return Ok(TemplateDetails { definition, text, version: None, content_sha256: None, versions });
            }
            return Err(store::missing(tx, &self.name, self.version).await?);
        };
        let versions = templates::Entity::find()
            .select_only()
            .column(templates::Column::Version)
            .filter(templates::Column::Name.eq(self.name.as_str()))
            .order_by_desc(templates::Column::Version)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let definition = store::definition(&stored)?;
        Ok(TemplateDetails {
            text: yaml(&definition),
            definition,
            version: Some(stored.version),
            content_sha256: Some(stored.content_sha256),
            versions,
        })
    }
}
