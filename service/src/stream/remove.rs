//! Takes items out of a work stream.

use std::collections::HashSet;

use callboard_entity::work_stream_items as rows;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::add::StreamItemsChanged;
use super::find::lock;
use super::rows::{ordered, renumber};
use super::rules::not_closed;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::{find_all, write};

/// Removes items from a stream; the others close up. Each that was in it gets a ledger row.
///
/// # Errors
/// `NotFound` for the stream or an item; `Conflict::Inactive` for a closed stream, and for one of an archived project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoveStreamItems {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
    /// By key or id.
    pub items: Vec<Ref>,
}

impl Verb for RemoveStreamItems {
    type Output = StreamItemsChanged;

    async fn apply(&self, tx: &Tx) -> Result<StreamItemsChanged> {
        let stream = lock(tx, self.project.as_ref(), &self.stream).await?;
        not_closed(&stream)?;
        let found = find_all(tx, self.items.iter()).await?;
        let present = ordered(tx, stream.id).await?;
        let mut removed: HashSet<Uuid> = HashSet::new();
        let (mut changed, mut already) = (Vec::new(), Vec::new());
        for item in self.items.iter().filter_map(|name| found.get(name)) {
            if present.iter().any(|row| row.work_item_id == item.id) && removed.insert(item.id) {
                changed.push(item.key.clone());
            } else {
                already.push(item.key.clone());
            }
        }
        let locked = write::lock_all(tx, removed.iter().copied()).await?;
        rows::Entity::delete_many()
            .filter(rows::Column::StreamId.eq(stream.id))
            .filter(rows::Column::WorkItemId.is_in(removed.iter().copied()))
            .exec(&tx.conn)
            .await?;
        let left: Vec<Uuid> = present.iter().map(|row| row.work_item_id).filter(|id| !removed.contains(id)).collect();
        renumber(tx, stream.id, &present, &left).await?;
        let entry = Entry::new("stream_removed").data("stream", &*stream.slug).data("stream_id", stream.id.to_string());
        write::note(tx, &locked, &entry).await?;
        Ok(StreamItemsChanged { stream: stream.slug, changed, already, total: left.len() as u64 })
    }
}
