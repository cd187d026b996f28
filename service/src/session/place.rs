//! The stack of items of a session: the last one is worked on, the others are come back to.
//!
//! Each push, pop and switch writes down the whole stack that it leaves, so that the newest of them tells it.

use callboard_entity::{SessionEventKind as Kind, session_events as events, work_items, work_sessions as sessions};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::rows;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::{self, ItemBrief};
use crate::project;

/// The most items that a stack may have.
pub const DEEPEST: usize = 32;

/// A session, and where its work stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionContext {
    /// The session.
    pub session: sessions::Model,
    /// The items of its stack: the last one is worked on, the one before it is come back to.
    pub stack: Vec<ItemBrief>,
    /// It stood there before: nothing was changed.
    pub already: bool,
}

/// The stack as its newest event left it, without items that were deleted since: at most two statements.
pub(super) async fn stack(tx: &Tx, session: Uuid) -> Result<Vec<ItemBrief>> {
    let newest = events::Entity::find()
        .filter(events::Column::SessionId.eq(session))
        .filter(events::Column::Kind.is_in([Kind::Push, Kind::Pop, Kind::Switch]))
        .order_by_desc(events::Column::Seq)
        .one(&tx.conn)
        .await?;
    let Some(event) = newest else { return Ok(Vec::new()) };
    let stored = event.data.as_ref().and_then(|data| data.get("stack")).cloned().unwrap_or(Value::Null);
    let ids: Vec<Uuid> = serde_json::from_value(stored)
        .map_err(|error| Error::Stored { what: format!("stack of session {session}"), why: error.to_string() })?;
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let found = work_items::Entity::find().filter(work_items::Column::Id.is_in(ids.iter().copied()));
    let found = found.into_partial_model::<ItemBrief>().all(&tx.conn).await?;
    Ok(ids.iter().filter_map(|id| found.iter().find(|item| item.id == *id).cloned()).collect())
}

/// The item that a request names, where the session may work on it.
pub(super) async fn item(tx: &Tx, session: &sessions::Model, name: &Ref) -> Result<work_items::Model> {
    let found = item::find(tx, name).await?;
    belongs(tx, session, &found).await?;
    Ok(found)
}

async fn belongs(tx: &Tx, session: &sessions::Model, item: &work_items::Model) -> Result<()> {
    item::not_archived(item)?;
    match session.project_id.filter(|project| *project != item.project_id) {
        None => Ok(()),
        Some(other) => {
            let project = project::find(tx, &Ref::Id(other)).await?;
            let rule = format!("must be of the session's project '{}'", project.slug);
            Err(Error::invalid("item", &*item.key, rule))
        }
    }
}

/// Puts an item on the stack of a locked session: it is worked on now, and the one before is come back to.
pub(super) async fn push(tx: &Tx, session: sessions::Model, item: work_items::Model) -> Result<SessionContext> {
    belongs(tx, &session, &item).await?;
    let mut stack = stack(tx, session.id).await?;
    if is_at(&session, &stack, item.id) {
        return Ok(SessionContext { session, stack, already: true });
    }
    if stack.iter().any(|below| below.id == item.id) {
        return Err(Error::invalid(
            "item",
            item.key,
            "is on the stack already: switch to it, or pop until it is reached",
        ));
    }
    if stack.len() >= DEEPEST {
        return Err(Error::invalid(
            "item",
            item.key,
            format!("must be one of at most {DEEPEST} on the stack: pop one first"),
        ));
    }
    let id = item.id;
    stack.push(item.into());
    leave(tx, session, Kind::Push, id, stack).await
}

/// Whether the item is worked on already. It is not where the one above it on the stack is gone by other hands.
fn is_at(session: &sessions::Model, stack: &[ItemBrief], item: Uuid) -> bool {
    session.active_work_item_id == Some(item) && stack.last().is_some_and(|top| top.id == item)
}

/// Takes the item that is worked on off the stack of a locked session.
pub(super) async fn pop(tx: &Tx, session: sessions::Model) -> Result<SessionContext> {
    let mut stack = stack(tx, session.id).await?;
    let Some(top) = stack.pop() else {
        return Err(Error::Transition {
            entity: "session",
            name: session.key,
            from: "at no item".to_owned(),
            event: "pop".to_owned(),
            allowed: vec!["push".to_owned()],
        });
    };
    leave(tx, session, Kind::Pop, top.id, stack).await
}

/// Works on an item in place of the present one: one of the stack comes to its end, any other takes the last one's place.
pub(super) async fn switch(tx: &Tx, session: sessions::Model, item: work_items::Model) -> Result<SessionContext> {
    let mut stack = stack(tx, session.id).await?;
    if is_at(&session, &stack, item.id) {
        return Ok(SessionContext { session, stack, already: true });
    }
    let id = item.id;
    match stack.iter().position(|below| below.id == id) {
        Some(at) => {
            let below = stack.remove(at);
            stack.push(below);
        }
        None => {
            stack.pop();
            stack.push(item.into());
        }
    }
    leave(tx, session, Kind::Switch, id, stack).await
}

/// Writes down the stack that a change leaves, and the item that is worked on now.
async fn leave(
    tx: &Tx,
    before: sessions::Model,
    kind: Kind,
    item: Uuid,
    stack: Vec<ItemBrief>,
) -> Result<SessionContext> {
    let mut after = before.clone();
    after.active_work_item_id = stack.last().map(|top| top.id);
    let session = rows::update(tx, &before, after).await?;
    let ids: Vec<Uuid> = stack.iter().map(|item| item.id).collect();
    rows::record(tx, session.id, kind, Some(item), json!({ "stack": ids })).await?;
    Ok(SessionContext { session, stack, already: false })
}
