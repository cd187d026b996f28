//! Opens a work stream again.

use callboard_entity::{WorkStreamStatus, work_streams};
use serde::{Deserialize, Serialize};

use super::close::turn;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Opens a closed stream again, with the items and the order that it had. One that is open stays open.
///
/// # Errors
/// `NotFound`; `Conflict::Inactive` for a stream of an archived project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReopenStream {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
}

impl Verb for ReopenStream {
    type Output = work_streams::Model;

    async fn apply(&self, tx: &Tx) -> Result<work_streams::Model> {
        turn(tx, self.project.as_ref(), &self.stream, WorkStreamStatus::Open).await
    }
}
