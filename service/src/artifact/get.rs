//! Gets the content of an artifact.

use callboard_entity::{board_artifacts as artifacts, board_projects as projects, work_items};
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use super::content::ContentReader;
use super::keep::StoredContent;
use super::rows::{self, ArtifactName};
use super::store::{Store, is_hash, path_of};
use crate::db::{Query, Tx};
use crate::error::{Error, FileProblem, Result};
use crate::file::Root;
use crate::id::Ref;
use crate::project;

/// An artifact with all that is needed to read its content; four statements.
///
/// # Errors
/// `NotFound`, with near names of the item's artifacts; `Invalid` where an item is named and no name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GetArtifact {
    /// Which one.
    pub artifact: ArtifactName,
}

/// An artifact whose content can be read.
#[derive(Clone, Debug, PartialEq)]
pub struct ArtifactFile {
    /// The row, with the text that it holds.
    pub artifact: artifacts::Model,
    /// The item's key.
    pub item: String,
    /// Whose root has the store.
    pub project: projects::Model,
}

impl Query for GetArtifact {
    type Output = ArtifactFile;

    async fn fetch(&self, tx: &Tx) -> Result<ArtifactFile> {
        let artifact = rows::find(tx, &self.artifact).await?;
        let item = work_items::Entity::find_by_id(artifact.work_item_id).one(&tx.conn).await?;
        let item = item.ok_or_else(|| Error::not_found("item", artifact.work_item_id.to_string()))?;
        let project = project::find(tx, &Ref::Id(item.project_id)).await?;
        Ok(ArtifactFile { artifact, item: item.key, project })
    }
}

impl ArtifactFile {
    /// Opens the content, which is read in pieces and compared with what was added.
    ///
    /// # Errors
    /// `File` where it is gone from the store, can't be read, or the project's root is not where it was.
    pub fn open(self) -> Result<ContentReader> {
        let row = self.artifact;
        let expected = StoredContent { content_hash: row.content_hash, size_bytes: row.size_bytes };
        if let Some(text) = row.content {
            return Ok(ContentReader::of_text(text, expected));
        }
        let hash = checked(&expected.content_hash, row.path.as_deref())?;
        let file = match Store::open(&Root::open(&self.project)?)? {
            Some(store) => store.content(hash)?,
            None => None,
        };
        let file = file.ok_or_else(|| Error::file(path_of(hash), FileProblem::ContentGone))?;
        Ok(ContentReader::of_file(file, expected))
    }
}

/// The digest by which a content is found: a row that names another path than that of its content is never followed.
pub(super) fn checked<'a>(hash: &'a str, path: Option<&str>) -> Result<&'a str> {
    if is_hash(hash) && path == Some(path_of(hash).as_str()) {
        return Ok(hash);
    }
    let why = "it is not where its content would be".to_owned();
    Err(Error::Stored { what: format!("path of the artifact with the content {hash}"), why })
}
