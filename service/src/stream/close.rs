//! Closes a work stream.

use callboard_entity::{WorkStreamStatus, work_streams};
use serde::{Deserialize, Serialize};

use super::edit::write;
use super::find::lock;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Closes a stream: nothing is claimed from it any more, and its items and their order stay as they are. No item changes.
/// One that is closed stays closed.
///
/// # Errors
/// `NotFound`; `Conflict::Inactive` for a stream of an archived project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CloseStream {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
}

impl Verb for CloseStream {
    type Output = work_streams::Model;

    async fn apply(&self, tx: &Tx) -> Result<work_streams::Model> {
        turn(tx, self.project.as_ref(), &self.stream, WorkStreamStatus::Closed).await
    }
}

/// Brings a stream into a state, if it is not in it already.
pub(super) async fn turn(
    tx: &Tx,
    project: Option<&Ref>,
    stream: &Ref,
    status: WorkStreamStatus,
) -> Result<work_streams::Model> {
    let before = lock(tx, project, stream).await?;
    if before.status == status {
        return Ok(before);
    }
    let after = work_streams::Model { status, updated_at: tx.now, ..before.clone() };
    Ok(write(tx, &before, after).await?)
}
