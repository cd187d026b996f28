//! Shows one checkpoint with its data.

use callboard_entity::checkpoints;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::rows;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{item, names};

/// One checkpoint of an item, with its data: the newest, or the one of a number.
///
/// # Errors
/// `NotFound` for the item, for a number that is not there or no longer kept, and where the item has no checkpoint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowCheckpoint {
    /// By key or id.
    pub item: Ref,
    /// Its number, from 1; the newest where none is named.
    pub seq: Option<i64>,
}

/// A checkpoint, and who wrote it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckpointDetails {
    /// The item's key.
    pub item: String,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// The row.
    #[serde(flatten)]
    pub checkpoint: checkpoints::Model,
}

impl Query for ShowCheckpoint {
    type Output = CheckpointDetails;

    async fn fetch(&self, tx: &Tx) -> Result<CheckpointDetails> {
        let item = item::find(tx, &self.item).await?;
        let found = match self.seq {
            None => rows::newest(tx, item.id).await?,
            Some(seq) => {
                let of = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(item.id));
                of.filter(checkpoints::Column::Seq.eq(seq)).one(&tx.conn).await?
            }
        };
        let name = || self.seq.map_or_else(|| item.key.clone(), |seq| format!("{seq} of {}", item.key));
        let checkpoint = found.ok_or_else(|| Error::not_found("checkpoint", name()))?;
        let (kind, id) = (checkpoint.actor_type.as_str(), checkpoint.actor_id);
        let names = names::names(tx, names::by(kind, id)).await?;
        Ok(CheckpointDetails { by: names::written(kind, id, &names), item: item.key, checkpoint })
    }
}
