//! Changes a work stream.

use callboard_entity::{WorkStreamType, work_streams};
use sea_orm::{EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};

use super::create::refuse_taken;
use super::find::lock;
use super::rules::{guidance, not_closed};
use crate::db::{Tx, Verb, changed};
use crate::error::{Result, taken};
use crate::id::Ref;
use crate::rules;

/// Changes a stream; what is not named stays.
///
/// # Errors
/// `NotFound` for the stream; `Conflict::Inactive` for a closed stream and for one of an archived project; else as
/// [`super::CreateStream`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditStream {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
    /// A new slug; the old one no longer finds the stream.
    pub slug: Option<String>,
    /// One line, at most 500 characters.
    pub name: Option<String>,
    /// What kind of work it is.
    pub stream_type: Option<WorkStreamType>,
    /// All lines of its own guidance, in place of those that it has; none takes them away.
    pub guidance: Option<Vec<String>>,
}

impl EditStream {
    /// An edit that changes nothing yet.
    pub fn new(stream: impl Into<Ref>) -> Self {
        Self { project: None, stream: stream.into(), slug: None, name: None, stream_type: None, guidance: None }
    }

    fn applied(&self, before: &work_streams::Model) -> Result<work_streams::Model> {
        let mut after = before.clone();
        if let Some(slug) = &self.slug {
            rules::slug("slug", slug)?;
            after.slug.clone_from(slug);
        }
        if let Some(name) = &self.name {
            rules::line("name", name)?;
            after.name.clone_from(name);
        }
        after.stream_type = self.stream_type.unwrap_or(before.stream_type);
        if let Some(lines) = &self.guidance {
            after.guidance = guidance(lines)?;
        }
        Ok(after)
    }
}

impl Verb for EditStream {
    type Output = work_streams::Model;

    async fn apply(&self, tx: &Tx) -> Result<work_streams::Model> {
        let before = lock(tx, self.project.as_ref(), &self.stream).await?;
        not_closed(&before)?;
        let mut after = self.applied(&before)?;
        if after == before {
            return Ok(before);
        }
        if after.slug != before.slug {
            refuse_taken(tx, before.project_id, &after.slug).await?;
        }
        after.updated_at = tx.now;
        let slug = after.slug.clone();
        write(tx, &before, after).await.map_err(taken("stream", &slug))
    }
}

/// Writes what differs between two states of a stream that the caller has locked.
pub(super) async fn write(
    tx: &Tx,
    before: &work_streams::Model,
    after: work_streams::Model,
) -> Result<work_streams::Model, sea_orm::DbErr> {
    let mut change = changed(before, &after);
    change.id = before.clone().into_active_model().id;
    work_streams::Entity::update(change).exec(&tx.conn).await?;
    Ok(after)
}
