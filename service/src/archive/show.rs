//! Shows an archive with what it holds.

use std::collections::BTreeMap;

use callboard_entity::work_item_archives as archives;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::content::{self, Content};
use super::list::{self, ListedArchive};
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;

/// An archive with its rows; five statements.
///
/// # Errors
/// `NotFound`; `Stored` for a content that this build cannot read.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowArchive {
    /// The item's key, its id, or the archive's.
    pub archive: Ref,
}

/// All that an archive holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ArchiveDetails {
    /// Whose it is, and until when.
    #[serde(flatten)]
    pub listed: ListedArchive,
    /// Whether the content is what was written.
    pub intact: bool,
    /// The schema by which the rows were written.
    pub schema_version: String,
    /// How many rows there are of each kind.
    pub kinds: BTreeMap<String, usize>,
    /// How many rows of the board get their link back.
    pub links: usize,
    /// The rows by kind, as an export has them.
    pub content: BTreeMap<String, Vec<Value>>,
}

impl Query for ShowArchive {
    type Output = ArchiveDetails;

    async fn fetch(&self, tx: &Tx) -> Result<ArchiveDetails> {
        let head = list::find(tx, &self.archive).await?;
        let gone = || Error::not_found("archive", &*head.item_key);
        let row = archives::Entity::find_by_id(head.id).one(&tx.conn).await?.ok_or_else(gone)?;
        let intact = content::sha256(&row.content) == row.content_sha256;
        let content = Content::read(&row.item_key, row.content)?;
        let listed = list::named(tx, vec![head.clone()]).await?.pop().ok_or_else(gone)?;
        Ok(ArchiveDetails {
            listed,
            intact,
            schema_version: content.schema_version,
            kinds: content.rows.iter().map(|(kind, rows)| (kind.clone(), rows.len())).collect(),
            links: content.links.len(),
            content: content.rows,
        })
    }
}
