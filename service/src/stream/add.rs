//! Adds items to a work stream.

use std::collections::HashSet;

use callboard_entity::{WorkItemType, work_items, work_stream_items as rows};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::lock;
use super::rows::{ordered, place, renumber};
use super::rules::{MOST_ITEMS, not_closed};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::{find_all, not_archived, write};

/// Adds items to a stream, in the order given; all of them or none. Each gets a ledger row. An item may be in several
/// streams.
///
/// # Errors
/// `NotFound` for the stream or an item; `Conflict::Inactive` for a closed stream, an archived project or item; `Invalid`
/// for an item of another project, an epic, a position outside the stream, and where it would have more than 1,000 items.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddStreamItems {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
    /// By key or id.
    pub items: Vec<Ref>,
    /// Where the first of them goes, from 1; the end where none is named.
    pub position: Option<i64>,
}

/// What adding items to a stream, or removing some, did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamItemsChanged {
    /// The stream's slug.
    pub stream: String,
    /// The keys that were added or removed.
    pub changed: Vec<String>,
    /// The keys that were in the stream, or not in it, already.
    pub already: Vec<String>,
    /// How many items the stream has now.
    pub total: u64,
}

impl Verb for AddStreamItems {
    type Output = StreamItemsChanged;

    async fn apply(&self, tx: &Tx) -> Result<StreamItemsChanged> {
        let stream = lock(tx, self.project.as_ref(), &self.stream).await?;
        not_closed(&stream)?;
        let found = find_all(tx, self.items.iter()).await?;
        let present = ordered(tx, stream.id).await?;
        let mut seen: HashSet<Uuid> = present.iter().map(|row| row.work_item_id).collect();
        let mut new: Vec<&work_items::Model> = Vec::new();
        let mut already = Vec::new();
        for item in self.items.iter().filter_map(|name| found.get(name)) {
            if item.project_id != stream.project_id {
                return Err(Error::invalid("item", &*item.key, "must be of the stream's own project"));
            }
            if item.r#type == WorkItemType::Epic {
                let rule = "is an epic, which is not worked on itself: add its parts";
                return Err(Error::invalid("item", &*item.key, rule));
            }
            not_archived(item)?;
            if seen.insert(item.id) {
                new.push(item);
            } else {
                already.push(item.key.clone());
            }
        }
        if seen.len() > MOST_ITEMS {
            let rule = format!("must be {MOST_ITEMS} at most in one stream: make another one for the rest");
            return Err(Error::invalid("items", seen.len().to_string(), rule));
        }
        let first = match self.position {
            Some(position) => place(position, present.len() + 1)? - 1,
            None => present.len(),
        };
        // Before their rows refer to them: a lock that grows on the way could wait for one that waits for it.
        let locked = write::lock_all(tx, new.iter().map(|item| item.id)).await?;
        locked.iter().try_for_each(not_archived)?;
        let added = (present.len() + 1..).zip(&new).map(|(position, item)| rows::Model {
            stream_id: stream.id,
            work_item_id: item.id,
            position: i64::try_from(position).unwrap_or(i64::MAX),
            created_at: tx.now,
        });
        let mut all = present.clone();
        all.extend(added);
        if !new.is_empty() {
            let rows = all[present.len()..].iter().map(|row| row.clone().into_active_model().reset_all());
            rows::Entity::insert_many(rows).exec_without_returning(&tx.conn).await?;
        }
        let mut order: Vec<Uuid> = present.iter().map(|row| row.work_item_id).collect();
        order.splice(first..first, new.iter().map(|item| item.id));
        renumber(tx, stream.id, &all, &order).await?;
        let entry = Entry::new("stream_added").data("stream", &*stream.slug).data("stream_id", stream.id.to_string());
        write::note(tx, &locked, &entry).await?;
        let changed = new.iter().map(|item| item.key.clone()).collect();
        Ok(StreamItemsChanged { stream: stream.slug, changed, already, total: seen.len() as u64 })
    }
}
