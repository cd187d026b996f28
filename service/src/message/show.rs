//! Shows a message with its thread.

use callboard_entity::{MessageKind, WorkItemAssigneeType, board_messages as messages};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::inbox;
use super::rows::{self, MessageBody};
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::names;

/// How many rows of a thread are shown, the newest.
const NEWEST: u64 = 500;

/// The thread of a message, oldest first: the newest 500 of its rows, in six statements. It marks nothing as read.
///
/// A broadcast is shown once, with all its readers.
///
/// # Errors
/// `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowMessage {
    /// Any message of the thread.
    pub message: Uuid,
}

/// Messages that answer each other.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MessageThread {
    /// The message that began it.
    pub thread: Uuid,
    /// Oldest first.
    pub messages: Vec<ThreadMessage>,
}

/// A message in its thread.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ThreadMessage {
    /// The message; of a broadcast the first copy.
    pub id: Uuid,
    /// A message, a broadcast or a handover.
    pub kind: MessageKind,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub from: String,
    /// Who has it to read, and how far each is.
    pub readers: Vec<Reader>,
    /// The key of the item that it is about.
    pub item: Option<String>,
    /// One line.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// Of a handover: [`crate::recovery::RecoveryPackage`] as it was then.
    pub package: Option<Value>,
    /// When it was sent.
    pub at: Timestamp,
}

/// The state of a message for one of its readers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reader {
    /// `agent:SLUG`; none for whoever holds the item, and for a person who was answered.
    pub reader: Option<String>,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
}

impl Query for ShowMessage {
    type Output = MessageThread;

    async fn fetch(&self, tx: &Tx) -> Result<MessageThread> {
        let thread = rows::thread(&rows::find(tx, self.message).await?);
        let of = Condition::any().add(messages::Column::Id.eq(thread)).add(messages::Column::ThreadId.eq(thread));
        let newest = messages::Entity::find().filter(of).order_by_desc(messages::Column::Id).limit(NEWEST);
        let mut found = newest.all(&tx.conn).await?;
        found.reverse();
        let mut who: Vec<_> = found.iter().filter_map(|row| names::by(row.actor_type.as_str(), row.actor_id)).collect();
        who.extend(found.iter().filter_map(|row| row.to_agent_id.map(|id| (WorkItemAssigneeType::Agent, id))));
        let names = names::names(tx, who).await?;
        let keys = inbox::keys(tx, &found).await?;
        let mut shown: Vec<(Option<Uuid>, ThreadMessage)> = Vec::new();
        for row in found {
            let body = MessageBody::shown(&row);
            let reader = Reader {
                reader: row.to_agent_id.and_then(|id| names.get(&id).cloned()),
                read_at: row.read_at,
                acknowledged_at: row.acknowledged_at,
            };
            if let Some((_, copy)) = shown.iter_mut().find(|(id, _)| id.is_some() && *id == body.broadcast) {
                copy.readers.push(reader);
                continue;
            }
            let message = ThreadMessage {
                id: row.id,
                kind: row.kind,
                from: names::written(row.actor_type.as_str(), row.actor_id, &names),
                readers: vec![reader],
                item: row.work_item_id.and_then(|id| keys.get(&id).cloned()),
                subject: body.subject,
                text: body.text,
                package: body.package,
                at: row.created_at,
            };
            shown.push((body.broadcast, message));
        }
        Ok(MessageThread { thread, messages: shown.into_iter().map(|(_, message)| message).collect() })
    }
}
