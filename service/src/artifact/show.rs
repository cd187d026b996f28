//! Shows an artifact, its versions and the beginning of its content.

use callboard_entity::board_artifacts as artifacts;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::add::brief;
use super::get::{ArtifactFile, GetArtifact, checked};
use super::list::{ListedArtifact, named};
use super::preview::Preview;
use super::rows::{ArtifactBrief, ArtifactName};
use super::store::Store;
use crate::board::Callboard;
use crate::db::{Query, Tx};
use crate::error::{Error, FileProblem, Result};
use crate::file::Root;

/// How many versions are shown.
const NEWEST: u64 = 20;

/// An artifact and its versions; eight statements. It reads no file and verifies nothing: [`Callboard::show_artifact`]
/// adds the beginning of what lies in the store.
///
/// # Errors
/// As [`GetArtifact`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowArtifact {
    /// Which one.
    pub artifact: ArtifactName,
}

/// An artifact, and what is known of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArtifactDetails {
    /// The artifact.
    #[serde(flatten)]
    pub artifact: ListedArtifact,
    /// All versions of its name, the newest 20, newest first.
    pub versions: Vec<ListedArtifact>,
    /// The beginning of its content; none before the store was asked.
    pub preview: Option<Preview>,
}

impl Query for ShowArtifact {
    type Output = ArtifactDetails;

    async fn fetch(&self, tx: &Tx) -> Result<ArtifactDetails> {
        details(tx, &GetArtifact { artifact: self.artifact.clone() }.fetch(tx).await?).await
    }
}

async fn details(tx: &Tx, file: &ArtifactFile) -> Result<ArtifactDetails> {
    let row = &file.artifact;
    let versions: Vec<ArtifactBrief> = artifacts::Entity::find()
        .filter(artifacts::Column::WorkItemId.eq(row.work_item_id))
        .filter(artifacts::Column::Name.eq(row.name.as_str()))
        .order_by_desc(artifacts::Column::Version)
        .limit(NEWEST)
        .into_partial_model()
        .all(&tx.conn)
        .await?;
    let mut listed = named(tx, std::iter::once(brief(row)).chain(versions).collect()).await?.into_iter();
    let artifact = listed.next().ok_or_else(|| Error::not_found("artifact", row.id.to_string()))?;
    let preview = row.content.as_ref().map(|text| Preview::of(text.as_bytes()));
    Ok(ArtifactDetails { artifact, versions: listed.collect(), preview })
}

impl Callboard {
    /// Shows an artifact with the beginning of its content, also where that lies in the store. A content that can't be
    /// read is told in the preview.
    ///
    /// # Errors
    /// As [`ShowArtifact`].
    pub async fn show_artifact(&self, show: &ShowArtifact) -> Result<ArtifactDetails> {
        let mut details = self.read(show).await?;
        if details.preview.is_none() {
            let name = ArtifactName { item: details.artifact.artifact.id.into(), name: None, version: None };
            let file = self.read(&GetArtifact { artifact: name }).await?;
            details.preview = Some(beginning(&file).unwrap_or_else(Preview::unreadable));
        }
        Ok(details)
    }
}

fn beginning(file: &ArtifactFile) -> Result<Preview> {
    let row = &file.artifact;
    let hash = checked(&row.content_hash, row.path.as_deref())?;
    let found = match Store::open(&Root::open(&file.project)?)? {
        Some(store) => store.content(hash)?,
        None => None,
    };
    let found = found.ok_or_else(|| Error::file(super::store::path_of(hash), FileProblem::ContentGone))?;
    Ok(Preview::of(found))
}
