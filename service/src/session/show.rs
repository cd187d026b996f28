//! Shows a session: where it stands, what happened in it and what was changed in it.

use std::collections::HashMap;

use callboard_entity::{
    ActorType, SessionEventActorType, SessionEventKind, session_events as events, work_item_events as ledger,
    work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::list::{self, ListedSession};
use super::{find, place};
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::ItemBrief;
use crate::names;

/// Shows a session with its newest events and the newest changes that were made in it: thirteen statements at most.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 1,000.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowSession {
    /// By key or id.
    pub session: Ref,
    /// Goes on below this number of an event, as the answer before said.
    pub before: Option<i64>,
    /// Events and changes, at most so many of each: 1 to 1,000.
    pub limit: u64,
}

impl ShowSession {
    /// The newest 50.
    pub fn of(session: impl Into<Ref>) -> Self {
        Self { session: session.into(), before: None, limit: 50 }
    }
}

/// A session and what is known of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionDetails {
    /// The session with its names.
    #[serde(flatten)]
    pub listed: ListedSession,
    /// The items of its stack: the last one is worked on, the one before it is come back to.
    pub stack: Vec<ItemBrief>,
    /// What happened in it, the newest first.
    pub events: Vec<SessionEntry>,
    /// Where the older events go on; none where these are the first.
    pub next: Option<i64>,
    /// How many changes of items were made in it.
    pub changes_total: u64,
    /// The newest of them, the newest first.
    pub changes: Vec<SessionChange>,
}

/// What happened in a session.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SessionEntry {
    /// From 1, without gaps.
    pub seq: i64,
    /// What happened.
    pub kind: SessionEventKind,
    /// The key of the item that it is about.
    pub item: Option<String>,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub actor: String,
    /// A note's `text`, a command's `command` and `exit_code`, a pause's or an end's `reason`, the `stack` that is left.
    pub data: Option<Value>,
    /// When.
    pub at: Timestamp,
}

/// A change of an item that names the session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionChange {
    /// The item's key.
    pub item: String,
    /// The item's revision after it.
    pub revision: i64,
    /// What happened, such as `created`, `claimed` or `comment`.
    pub kind: String,
    /// The status before; none where it did not change.
    pub from_status: Option<String>,
    /// The status after; none where it did not change.
    pub to_status: Option<String>,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub actor: String,
    /// When.
    pub at: Timestamp,
}

impl Query for ShowSession {
    type Output = SessionDetails;

    async fn fetch(&self, tx: &Tx) -> Result<SessionDetails> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 1000"));
        }
        let session = find::find(tx, &self.session).await?;
        let id = session.id;
        let mut query = events::Entity::find().filter(events::Column::SessionId.eq(id));
        if let Some(before) = self.before {
            query = query.filter(events::Column::Seq.lt(before));
        }
        let newest = query.order_by_desc(events::Column::Seq).limit(self.limit + 1);
        let mut found = newest.all(&tx.conn).await?;
        let more = found.len() as u64 > self.limit;
        found.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let next = found.last().filter(|_| more).map(|event| event.seq);
        let changed = ledger::Entity::find().filter(ledger::Column::SessionId.eq(id));
        let changes_total = changed.clone().count(&tx.conn).await?;
        let changed = changed.order_by_desc(ledger::Column::Id).limit(self.limit).all(&tx.conn).await?;
        let stack = place::stack(tx, id).await?;
        let named = Named::read(tx, &found, &changed).await?;
        let Some(listed) = list::named(tx, vec![session]).await?.pop() else {
            return Err(Error::not_found("session", self.session.to_string()));
        };
        Ok(SessionDetails {
            listed,
            stack,
            events: found.into_iter().map(|event| named.entry(event)).collect(),
            next,
            changes_total,
            changes: changed.into_iter().map(|row| named.change(row)).collect(),
        })
    }
}

/// The newest events of some kinds.
pub(super) async fn newest(
    tx: &Tx,
    session: Uuid,
    kinds: &[SessionEventKind],
    limit: u64,
) -> Result<Vec<SessionEntry>> {
    let found = events::Entity::find()
        .filter(events::Column::SessionId.eq(session))
        .filter(events::Column::Kind.is_in(kinds.iter().copied()))
        .order_by_desc(events::Column::Seq)
        .limit(limit)
        .all(&tx.conn)
        .await?;
    let named = Named::read(tx, &found, &[]).await?;
    Ok(found.into_iter().map(|event| named.entry(event)).collect())
}

/// The keys of items and the names of actors, by id.
struct Named {
    items: HashMap<Uuid, String>,
    actors: HashMap<Uuid, String>,
}

impl Named {
    /// Three statements, whatever the rows.
    async fn read(tx: &Tx, events: &[events::Model], changes: &[ledger::Model]) -> Result<Self> {
        let about = events.iter().filter_map(|event| event.work_item_id);
        let items: Vec<(Uuid, String)> = work_items::Entity::find()
            .select_only()
            .columns([work_items::Column::Id, work_items::Column::Key])
            .filter(work_items::Column::Id.is_in(about.chain(changes.iter().map(|row| row.work_item_id))))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let of_events = events.iter().filter_map(|e| names::actor(kind(e.actor_type), e.actor_id));
        let of_changes = changes.iter().filter_map(|row| names::actor(row.actor_type, row.actor_id));
        let who: Vec<_> = of_events.chain(of_changes).collect();
        Ok(Self { items: items.into_iter().collect(), actors: names::names(tx, who).await? })
    }

    fn actor(&self, kind: ActorType, id: Option<Uuid>) -> String {
        id.and_then(|id| self.actors.get(&id).cloned()).unwrap_or_else(|| kind.as_str().to_owned())
    }

    fn entry(&self, event: events::Model) -> SessionEntry {
        SessionEntry {
            seq: event.seq,
            kind: event.kind,
            item: event.work_item_id.and_then(|id| self.items.get(&id).cloned()),
            actor: self.actor(kind(event.actor_type), event.actor_id),
            data: event.data,
            at: event.created_at,
        }
    }

    fn change(&self, row: ledger::Model) -> SessionChange {
        SessionChange {
            item: self.items.get(&row.work_item_id).cloned().unwrap_or_default(),
            revision: row.revision,
            kind: row.kind,
            from_status: row.from_status,
            to_status: row.to_status,
            actor: self.actor(row.actor_type, row.actor_id),
            at: row.created_at,
        }
    }
}

fn kind(kind: SessionEventActorType) -> ActorType {
    match kind {
        SessionEventActorType::Agent => ActorType::Agent,
        SessionEventActorType::User => ActorType::User,
        SessionEventActorType::System => ActorType::System,
    }
}
