//! The rows of `board_messages`.

use callboard_entity::{ActorType, MessageActorType, MessageKind, board_messages as messages};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::{id, rules};

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageBody {
    /// One line; none where the text says it all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// 1 byte to 1 MiB.
    pub text: String,
    /// The same for each copy of one broadcast.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broadcast: Option<Uuid>,
    /// Of a handover: [`crate::recovery::RecoveryPackage`] as it was then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<Value>,
}

impl MessageBody {
    /// The body of a row, for a reader: one that was changed by hand must not take what is around it away.
    pub(crate) fn shown(row: &messages::Model) -> Self {
        serde_json::from_value(row.body.clone()).unwrap_or_else(|error| Self {
            subject: None,
            text: format!("(the body of message {} can't be read: {error})", row.id),
            broadcast: None,
            package: None,
        })
    }

    pub(crate) fn check(&self) -> Result<()> {
        if let Some(subject) = &self.subject {
            rules::line("subject", subject)?;
        }
        if self.text.trim().is_empty() {
            return Err(Error::invalid("text", "", "must not be empty"));
        }
        rules::text("text", &self.text)
    }
}

/// Where a message goes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Envelope {
    pub project: Uuid,
    pub thread: Option<Uuid>,
    pub kind: MessageKind,
    pub item: Option<Uuid>,
    /// The id of the first row, where it is known before.
    pub first: Option<Uuid>,
}

/// Writes a row for each reader, in their order; `None` is a reader that is known by the item only, or nobody.
///
/// Where no thread is named the first row begins one, to which the others belong.
pub(crate) async fn insert(
    tx: &Tx,
    envelope: Envelope,
    body: &MessageBody,
    readers: &[Option<Uuid>],
) -> Result<Vec<messages::Model>> {
    let body = serde_json::to_value(body)
        .map_err(|error| Error::Stored { what: "a message".to_owned(), why: error.to_string() })?;
    let mut thread = envelope.thread;
    let mut rows = Vec::with_capacity(readers.len());
    for reader in readers {
        let row = messages::Model {
            id: match envelope.first.filter(|_| rows.is_empty()) {
                Some(first) => first,
                None => id::new(),
            },
            project_id: envelope.project,
            thread_id: thread,
            kind: envelope.kind,
            from_agent_id: tx.actor.agent_id(),
            to_agent_id: *reader,
            work_item_id: envelope.item,
            body: body.clone(),
            actor_type: match tx.actor.kind {
                ActorType::Agent => MessageActorType::Agent,
                ActorType::User => MessageActorType::User,
                ActorType::System => MessageActorType::System,
            },
            actor_id: tx.actor.id,
            read_at: None,
            acknowledged_at: None,
            created_at: tx.now,
        };
        thread = thread.or(Some(row.id));
        rows.push(row);
    }
    // SQLite takes at most 32,766 bound values in one statement.
    for chunk in rows.chunks(1000) {
        let chunk = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
        messages::Entity::insert_many(chunk).exec_without_returning(&tx.conn).await?;
    }
    Ok(rows)
}

/// The thread of a message: the id of the one that began it.
pub(crate) fn thread(row: &messages::Model) -> Uuid {
    row.thread_id.unwrap_or(row.id)
}

pub(super) async fn find(tx: &Tx, id: Uuid) -> Result<messages::Model> {
    let found = messages::Entity::find_by_id(id).one(&tx.conn).await?;
    found.ok_or_else(|| Error::not_found("message", id.to_string()))
}
