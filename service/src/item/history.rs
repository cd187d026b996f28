//! What happened to an item, from its ledger.

use std::collections::HashMap;

use callboard_entity::{WorkItemAssigneeType, work_item_events as events};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::names;

/// The events of an item, newest first, a page at a time.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 1,000.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ItemHistory {
    /// By key or id.
    pub item: Ref,
    /// Comments only.
    pub comments: bool,
    /// Goes on below this revision, as the last page said.
    pub before: Option<i64>,
    /// 1 to 1,000.
    pub limit: u64,
}

impl ItemHistory {
    /// The newest 50.
    pub fn of(item: impl Into<Ref>) -> Self {
        Self { item: item.into(), comments: false, before: None, limit: 50 }
    }
}

/// A page of events.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventPage {
    /// At most as many as the limit, the newest first.
    pub events: Vec<Event>,
    /// Where the next page goes on; none on the last one.
    pub next: Option<i64>,
}

/// One change of an item, with the name of who made it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// The ledger row.
    pub id: Uuid,
    /// Rises by one with each change of the item; unique in its ledger.
    pub revision: i64,
    /// What happened, such as `created`, `claimed` or `comment`.
    pub kind: String,
    /// The status before; none where the status did not change.
    pub from_status: Option<String>,
    /// The status after; none where it did not change.
    pub to_status: Option<String>,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub actor: String,
    /// Why; the text of a comment.
    pub reason: Option<String>,
    /// The assignment by which the change came.
    pub assignment_id: Option<Uuid>,
    /// The session in which it came.
    pub session_id: Option<Uuid>,
    /// What else is known: `after` holds the fields that changed.
    pub data: Option<Value>,
    /// When it was made.
    pub at: Timestamp,
}

impl Query for ItemHistory {
    type Output = EventPage;
    const IS_SHORT: bool = true;

    async fn fetch(&self, tx: &Tx) -> Result<EventPage> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 1000"));
        }
        let item = super::find(tx, &self.item).await?;
        let mut query = events::Entity::find().filter(events::Column::WorkItemId.eq(item.id));
        if self.comments {
            query = query.filter(events::Column::Kind.eq(super::comment::COMMENT));
        }
        if let Some(before) = self.before {
            query = query.filter(events::Column::Revision.lt(before));
        }
        let newest = query.order_by_desc(events::Column::Revision).limit(self.limit + 1);
        let mut rows = newest.all(&tx.conn).await?;
        let more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| more).map(|e| e.revision);
        let names = names::names(tx, who(&rows)).await?;
        Ok(EventPage { events: named(rows, &names), next })
    }
}

pub(super) async fn newest(tx: &Tx, item: Uuid, limit: u64) -> Result<Vec<events::Model>> {
    let newest = events::Entity::find()
        .filter(events::Column::WorkItemId.eq(item))
        .order_by_desc(events::Column::Revision)
        .limit(limit);
    Ok(newest.all(&tx.conn).await?)
}

pub(super) fn who(rows: &[events::Model]) -> Vec<(WorkItemAssigneeType, Uuid)> {
    rows.iter().filter_map(|e| names::actor(e.actor_type, e.actor_id)).collect()
}

pub(super) fn named(rows: Vec<events::Model>, names: &HashMap<Uuid, String>) -> Vec<Event> {
    let event = |row: events::Model| Event {
        id: row.id,
        revision: row.revision,
        kind: row.kind,
        from_status: row.from_status,
        to_status: row.to_status,
        actor: match row.actor_id.and_then(|id| names.get(&id)) {
            Some(name) => name.clone(),
            None => row.actor_type.to_string(),
        },
        reason: row.reason,
        assignment_id: row.assignment_id,
        session_id: row.session_id,
        data: row.data,
        at: row.created_at,
    };
    rows.into_iter().map(event).collect()
}
