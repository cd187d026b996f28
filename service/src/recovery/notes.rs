//! What was noted about an item: its comments, and the notes that sessions took of it.

use std::cmp::Reverse;
use std::collections::HashMap;

use callboard_entity::{
    SessionEventKind, WorkItemAssigneeType, session_events, work_item_events as events, work_items, work_sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::gather::NEWEST;
use super::package::Note;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::item::COMMENT;
use crate::names;

/// A note as it is stored.
pub(super) struct Noted {
    by: &'static str,
    actor: Option<Uuid>,
    at: Timestamp,
    /// Of two notes of one moment the later one comes first.
    id: Uuid,
    session: Option<String>,
    text: String,
}

impl Noted {
    /// Who wrote it, to look the name up.
    pub fn who(&self) -> Option<(WorkItemAssigneeType, Uuid)> {
        names::by(self.by, self.actor)
    }

    /// The note as a package tells it.
    pub fn told(self, names: &HashMap<Uuid, String>) -> Note {
        Note { by: names::written(self.by, self.actor, names), at: self.at, session: self.session, text: self.text }
    }
}

/// The newest comments and notes of sessions, the newest first, and how many more there are: four statements.
pub(super) async fn newest(tx: &Tx, item: &work_items::Model) -> Result<(Vec<Noted>, u64)> {
    let comments =
        events::Entity::find().filter(events::Column::WorkItemId.eq(item.id)).filter(events::Column::Kind.eq(COMMENT));
    let of_sessions = session_events::Entity::find()
        .filter(session_events::Column::WorkItemId.eq(item.id))
        .filter(session_events::Column::Kind.eq(SessionEventKind::Note));
    let total = comments.clone().count(&tx.conn).await? + of_sessions.clone().count(&tx.conn).await?;
    let comments = comments.order_by_desc(events::Column::Revision).limit(NEWEST).all(&tx.conn).await?;
    let of_sessions = of_sessions
        .find_also_related(work_sessions::Entity)
        .order_by_desc(session_events::Column::CreatedAt)
        .order_by_desc(session_events::Column::Id)
        .limit(NEWEST)
        .all(&tx.conn)
        .await?;
    let mut found: Vec<Noted> = comments.into_iter().map(comment).collect();
    found.extend(of_sessions.into_iter().map(|(row, session)| of_session(row, session)));
    found.sort_by_key(|note| Reverse((note.at, note.id)));
    found.truncate(usize::try_from(NEWEST).unwrap_or(usize::MAX));
    let more = total.saturating_sub(found.len() as u64);
    Ok((found, more))
}

fn comment(row: events::Model) -> Noted {
    Noted {
        by: row.actor_type.as_str(),
        actor: row.actor_id,
        at: row.created_at,
        id: row.id,
        session: None,
        text: row.reason.unwrap_or_default(),
    }
}

fn of_session(row: session_events::Model, session: Option<work_sessions::Model>) -> Noted {
    let text = row.data.as_ref().and_then(|data| data.get("text")).and_then(Value::as_str).unwrap_or_default();
    Noted {
        by: row.actor_type.as_str(),
        actor: row.actor_id,
        at: row.created_at,
        id: row.id,
        session: session.map(|session| session.key),
        text: text.to_owned(),
    }
}
