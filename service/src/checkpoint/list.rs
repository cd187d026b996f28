//! Lists the checkpoints of an item.

use callboard_entity::checkpoints;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{item, names};

/// The checkpoints of an item that are kept, newest first, a page at a time; four statements at most.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 1,000.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ListCheckpoints {
    /// By key or id.
    pub item: Ref,
    /// Goes on below this number, as the last page said.
    pub before: Option<i64>,
    /// 1 to 1,000.
    pub limit: u64,
}

impl ListCheckpoints {
    /// The newest 50.
    pub fn of(item: impl Into<Ref>) -> Self {
        Self { item: item.into(), before: None, limit: 50 }
    }
}

/// A page of checkpoints.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckpointPage {
    /// The item's key.
    pub item: String,
    /// At most as many as the limit, the newest first.
    pub checkpoints: Vec<ListedCheckpoint>,
    /// Where the next page goes on; none on the last one.
    pub next: Option<i64>,
}

/// A checkpoint without its data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ListedCheckpoint {
    /// The row.
    pub id: Uuid,
    /// Its number in the item, from 1.
    pub seq: i64,
    /// How far the work had come.
    pub note: String,
    /// Whether there are data beside the note.
    pub has_data: bool,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub by: String,
    /// The assignment under which it was written.
    pub assignment_id: Option<Uuid>,
    /// The session in which it was written.
    pub session_id: Option<Uuid>,
    /// When it was written.
    pub at: Timestamp,
}

impl Query for ListCheckpoints {
    type Output = CheckpointPage;

    async fn fetch(&self, tx: &Tx) -> Result<CheckpointPage> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 1000"));
        }
        let item = item::find(tx, &self.item).await?;
        let mut query = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(item.id));
        if let Some(before) = self.before {
            query = query.filter(checkpoints::Column::Seq.lt(before));
        }
        let newest = query.order_by_desc(checkpoints::Column::Seq).limit(self.limit + 1);
        let mut rows = newest.all(&tx.conn).await?;
        let more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|row| row.seq);
        let who: Vec<_> = rows.iter().filter_map(|row| names::by(row.actor_type.as_str(), row.actor_id)).collect();
        let names = names::names(tx, who).await?;
        let listed = rows.into_iter().map(|row| ListedCheckpoint {
            id: row.id,
            seq: row.seq,
            has_data: row.data.is_some(),
            by: names::written(row.actor_type.as_str(), row.actor_id, &names),
            assignment_id: row.assignment_id,
            session_id: row.session_id,
            at: row.created_at,
            note: row.note,
        });
        Ok(CheckpointPage { item: item.key, checkpoints: listed.collect(), next })
    }
}
