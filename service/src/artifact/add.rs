//! Adds an artifact to an item, or a version to one.

use callboard_entity::{ArtifactType, board_artifacts as artifacts};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::keep::ArtifactContent;
use super::rows::{self, ArtifactBrief};
use super::{mime, store};
use crate::assignment::target;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::{self, Ref};
use crate::item::ledger::Entry;
use crate::item::{self, write};
use crate::rules;

/// Adds an artifact to an item: the next version where its name is there already, else the first.
///
/// The content was taken in before ([`crate::Callboard::keep_artifact`]), for no transaction waits for a file. Versions
/// are numbered from 1 in their item and name, without gaps, also when several are added at once; none is ever changed.
/// What is the newest version already, with the same content, type and media type, is not added again. A holder that
/// names its assignment extends its lease by this. Each new version is a ledger row of the item.
///
/// # Errors
/// `NotFound`; `Invalid` for a name that is empty, longer than 500 characters or holds control characters, and for what
/// is no media type; `Conflict::Inactive` for an archived item; `LeaseLost` once the assignment is not the open one any
/// more, or its lease ran out; `Transition` for one that was completed or failed.
#[derive(Clone, Debug, Serialize)]
pub struct AddArtifact {
    /// By key or id; that of the assignment where none is named.
    pub item: Option<Ref>,
    /// The open assignment under which the work is done.
    pub assignment: Option<Uuid>,
    /// What it is called in the item, such as `report.md`; it is no path.
    pub name: String,
    /// What it is for.
    pub artifact_type: ArtifactType,
    /// What [`crate::Callboard::keep_artifact`] took in.
    pub content: ArtifactContent,
    /// A media type, such as `text/markdown`.
    pub mime_type: String,
}

/// What was added, or was there already.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AddedArtifact {
    /// The item's key.
    pub item: String,
    /// The version.
    #[serde(flatten)]
    pub artifact: ArtifactBrief,
    /// Whether it was the newest version before.
    pub already: bool,
}

impl Verb for AddArtifact {
    type Output = AddedArtifact;

    async fn apply(&self, tx: &Tx) -> Result<AddedArtifact> {
        rules::line("name", &self.name)?;
        rules::not_id("name", &self.name)?;
        mime::check(&self.mime_type)?;
        // The item's lock makes the versions those of one writer after the other.
        let (item, assignment) = target(tx, self.item.as_ref(), self.assignment, "add artifacts").await?;
        item::not_archived(&item)?;
        let newest = artifacts::Entity::find()
            .filter(artifacts::Column::WorkItemId.eq(item.id))
            .filter(artifacts::Column::Name.eq(self.name.as_str()))
            .order_by_desc(artifacts::Column::Version)
            .into_partial_model::<ArtifactBrief>()
            .one(&tx.conn)
            .await?;
        if let Some(artifact) = newest.as_ref().filter(|newest| self.is(newest)) {
            return Ok(AddedArtifact { item: item.key, artifact: artifact.clone(), already: true });
        }
        let row = self.row(tx, item.id, assignment.as_ref().map(|held| held.id), newest.as_ref());
        let artifact = brief(&row);
        artifacts::Entity::insert(row.into_active_model().reset_all()).exec_without_returning(&tx.conn).await?;
        let mut entry = Entry::new("artifact_added")
            .data("artifact", artifact.id.to_string())
            .data("name", &*artifact.name)
            .data("version", artifact.version)
            .data("type", artifact.artifact_type.as_str())
            .data("size_bytes", artifact.size_bytes);
        if let Some(assignment) = &assignment {
            entry = entry.assignment(assignment.id, assignment.status.as_str());
        }
        let item = write::update(tx, &item, item.clone(), entry).await?;
        Ok(AddedArtifact { item: item.key, artifact, already: false })
    }
}

impl AddArtifact {
    /// Whether this is that version.
    fn is(&self, newest: &ArtifactBrief) -> bool {
        newest.content_hash == self.content.stored.content_hash
            && newest.artifact_type == self.artifact_type
            && newest.mime_type.as_ref() == Some(&self.mime_type)
    }

    fn row(&self, tx: &Tx, item: Uuid, assignment: Option<Uuid>, newest: Option<&ArtifactBrief>) -> artifacts::Model {
        let content = &self.content;
        let path = content.text.is_none().then(|| store::path_of(&content.stored.content_hash));
        artifacts::Model {
            id: id::new(),
            work_item_id: item,
            assignment_id: assignment,
            session_id: tx.session,
            name: self.name.clone(),
            artifact_type: self.artifact_type,
            version: newest.map_or(0, |newest| newest.version) + 1,
            content_hash: content.stored.content_hash.clone(),
            size_bytes: content.stored.size_bytes,
            mime_type: Some(self.mime_type.clone()),
            content: content.text.clone(),
            path,
            previous_version_id: newest.map(|newest| newest.id),
            actor_type: rows::actor_type(tx.actor.kind),
            actor_id: tx.actor.id,
            created_at: tx.now,
        }
    }
}

/// The row without its content.
pub(super) fn brief(row: &artifacts::Model) -> ArtifactBrief {
    ArtifactBrief {
        id: row.id,
        work_item_id: row.work_item_id,
        assignment_id: row.assignment_id,
        session_id: row.session_id,
        name: row.name.clone(),
        artifact_type: row.artifact_type,
        version: row.version,
        content_hash: row.content_hash.clone(),
        size_bytes: row.size_bytes,
        mime_type: row.mime_type.clone(),
        path: row.path.clone(),
        previous_version_id: row.previous_version_id,
        actor_type: row.actor_type,
        actor_id: row.actor_id,
        created_at: row.created_at,
    }
}
