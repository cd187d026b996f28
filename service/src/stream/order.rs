//! Puts the items of a work stream into another order.

use callboard_entity::work_items;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

use super::find::lock;
use super::rows::{ordered, place, renumber};
use super::rules::not_closed;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::find_all;

/// Moves items to a place in their stream, in the order given; the others keep theirs among themselves. The order is the
/// stream's, and no item changes.
///
/// # Errors
/// `NotFound` for the stream, an item, and an item that is not in the stream; `Conflict::Inactive` for a closed stream,
/// and for one of an archived project; `Invalid` for a position outside the stream, no item, and one that is named twice.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OrderStreamItems {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
    /// By key or id; all are in the stream.
    pub items: Vec<Ref>,
    /// Where the first of them goes, from 1, which is the default.
    pub position: Option<i64>,
}

/// A stream's order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamOrder {
    /// The stream's slug.
    pub stream: String,
    /// The keys of its items, from the first.
    pub items: Vec<String>,
}

impl Verb for OrderStreamItems {
    type Output = StreamOrder;

    async fn apply(&self, tx: &Tx) -> Result<StreamOrder> {
        let stream = lock(tx, self.project.as_ref(), &self.stream).await?;
        not_closed(&stream)?;
        if self.items.is_empty() {
            return Err(Error::invalid("items", "", "must be one at least"));
        }
        let found = find_all(tx, self.items.iter()).await?;
        let present = ordered(tx, stream.id).await?;
        let mut moved: Vec<Uuid> = Vec::new();
        for item in self.items.iter().filter_map(|name| found.get(name)) {
            if !present.iter().any(|row| row.work_item_id == item.id) {
                return Err(Error::not_found("item in this stream", &*item.key));
            }
            if moved.contains(&item.id) {
                return Err(Error::invalid("item", &*item.key, "is named twice"));
            }
            moved.push(item.id);
        }
        let mut order: Vec<Uuid> =
            present.iter().map(|row| row.work_item_id).filter(|id| !moved.contains(id)).collect();
        let first = place(self.position.unwrap_or(1), order.len() + 1)? - 1;
        order.splice(first..first, moved);
        renumber(tx, stream.id, &present, &order).await?;
        let keys: Vec<(Uuid, String)> = work_items::Entity::find()
            .select_only()
            .columns([work_items::Column::Id, work_items::Column::Key])
            .filter(work_items::Column::Id.is_in(order.iter().copied()))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let keys: HashMap<Uuid, String> = keys.into_iter().collect();
        let items = order.iter().filter_map(|id| keys.get(id).cloned()).collect();
        Ok(StreamOrder { stream: stream.slug, items })
    }
}
