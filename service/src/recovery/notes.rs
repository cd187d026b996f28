//! What was noted about an item: its comments, and the notes that sessions took of it.

use std::cmp::Reverse;
use std::collections::HashMap;

use callboard_entity::{
    ActorType, SessionEventActorType, SessionEventKind, WorkItemAssigneeType, session_events,
    work_item_events as events, work_items, work_sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use serde_json::Value;
use uuid::Uuid;

use super::gather::{NEWEST, total};
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

/// The newest comments and notes of sessions, the newest first, and how many more there are: two statements, and one more
/// for each kind of which there are many.
pub(super) async fn newest(tx: &Tx, item: &work_items::Model) -> Result<(Vec<Noted>, u64)> {
    let (mut found, comments) = comments(tx, item).await?;
    let (of_sessions, notes) = of_sessions(tx, item).await?;
    found.extend(of_sessions);
    found.sort_by_key(|note| Reverse((note.at, note.id)));
    found.truncate(usize::try_from(NEWEST).unwrap_or(usize::MAX));
    let more = (comments + notes).saturating_sub(found.len() as u64);
    Ok((found, more))
}

/// Who wrote a comment, when, its id and what it says.
type Comment = (ActorType, Option<Uuid>, Timestamp, Uuid, Option<String>);
/// The same of a note of a session, as its data, and the session's key.
type OfSession = (SessionEventActorType, Option<Uuid>, Timestamp, Uuid, Option<Value>, String);

/// The newest comments, and how many there are.
async fn comments(tx: &Tx, item: &work_items::Model) -> Result<(Vec<Noted>, u64)> {
    use events::Column as C;
    let of = events::Entity::find().filter(C::WorkItemId.eq(item.id)).filter(C::Kind.eq(COMMENT));
    let newest = of.clone().select_only().columns([C::ActorType, C::ActorId, C::CreatedAt, C::Id, C::Reason]);
    let rows: Vec<Comment> = newest.order_by_desc(C::Revision).limit(NEWEST).into_tuple().all(&tx.conn).await?;
    let total = total(tx, of, rows.len()).await?;
    let noted = rows.into_iter().map(|(by, actor, at, id, reason)| {
        let text = reason.unwrap_or_default();
        Noted { by: by.as_str(), actor, at, id, session: None, text }
    });
    Ok((noted.collect(), total))
}

/// The newest notes of sessions, and how many there are.
async fn of_sessions(tx: &Tx, item: &work_items::Model) -> Result<(Vec<Noted>, u64)> {
    use session_events::Column as C;
    let note = SessionEventKind::Note;
    let of = session_events::Entity::find().filter(C::WorkItemId.eq(item.id)).filter(C::Kind.eq(note));
    // Of a session the key only: it may hold much else.
    let newest = of
        .clone()
        .select_only()
        .columns([C::ActorType, C::ActorId, C::CreatedAt, C::Id, C::Data])
        .column(work_sessions::Column::Key)
        .join(JoinType::InnerJoin, session_events::Relation::Session.def());
    let rows: Vec<OfSession> =
        newest.order_by_desc(C::CreatedAt).order_by_desc(C::Id).limit(NEWEST).into_tuple().all(&tx.conn).await?;
    let total = total(tx, of, rows.len()).await?;
    let noted = rows.into_iter().map(|(by, actor, at, id, data, session)| {
        let text = data.as_ref().and_then(|data| data.get("text")).and_then(Value::as_str).unwrap_or_default();
        Noted { by: by.as_str(), actor, at, id, session: Some(session), text: text.to_owned() }
    });
    Ok((noted.collect(), total))
}
