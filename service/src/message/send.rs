//! Sends a message: to an agent, into a thread, or to everybody.

use callboard_entity::{AgentProfileStatus, MessageKind, agent_profiles, board_messages as messages};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{self, Envelope, MessageBody};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::{self, Ref};
use crate::{agent, item, project};

/// Sends a message to an agent, or to everybody: each active agent but the sender gets a copy of its own, with a read
/// mark of its own. Who is registered later gets none.
///
/// An answer goes into the thread of what it answers and, where nobody is named, to the other side of that message. People
/// may send; what is answered to them stands in the thread ([`super::ShowMessage`]), for they have no inbox.
///
/// # Errors
/// `NotFound`; `Invalid` for an empty text, a text above 1 MiB, a subject of more than one line, a project that is not the
/// item's or the thread's, and a broadcast that nobody would get; `Conflict` for an archived agent.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct SendMessage {
    /// By slug or id; else that of the item or the thread, the board's default one, or its only active one.
    pub project: Option<Ref>,
    /// The agent that is to read it, by slug or id; everybody where none is named and nothing is answered.
    pub to: Option<Ref>,
    /// The message that this one answers.
    pub reply_to: Option<Uuid>,
    /// What it is about, by key or id.
    pub item: Option<Ref>,
    /// One line.
    pub subject: Option<String>,
    /// 1 byte to 1 MiB.
    pub text: String,
}

/// What was sent, and to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SentMessage {
    /// The message; of a broadcast the first copy.
    pub id: Uuid,
    /// The message that began the thread: this one, where it answers nothing.
    pub thread: Uuid,
    /// A message or a broadcast.
    pub kind: MessageKind,
    /// The agents that got a copy, by slug; none for an answer to a person.
    pub to: Vec<String>,
}

impl Verb for SendMessage {
    type Output = SentMessage;

    async fn apply(&self, tx: &Tx) -> Result<SentMessage> {
        let mut body = MessageBody {
            subject: self.subject.clone().filter(|subject| !subject.trim().is_empty()),
            text: self.text.clone(),
            broadcast: None,
            package: None,
        };
        body.check()?;
        let answered = match self.reply_to {
            Some(id) => Some(rows::find(tx, id).await?),
            None => None,
        };
        let about = match &self.item {
            Some(name) => Some(item::find(tx, name).await?),
            None => None,
        };
        let project = self.in_project(tx, answered.as_ref(), about.as_ref().map(|item| item.project_id)).await?;
        let (kind, readers) = match (&self.to, &answered) {
            (Some(name), _) => (MessageKind::Message, vec![recipient(tx, name).await?]),
            (None, Some(answered)) => match other_side(tx, answered) {
                Some(id) => (MessageKind::Message, vec![recipient(tx, &Ref::Id(id)).await?]),
                None => (MessageKind::Message, Vec::new()),
            },
            (None, None) => (MessageKind::Broadcast, everybody(tx).await?),
        };
        if kind == MessageKind::Broadcast {
            if readers.is_empty() {
                let rule = "must name an agent: there is no other active one that could read it";
                return Err(Error::invalid("to", "", rule));
            }
            body.broadcast = Some(id::new());
        }
        let envelope = Envelope {
            project,
            thread: answered.as_ref().map(rows::thread),
            kind,
            item: about.map(|item| item.id).or(answered.and_then(|answered| answered.work_item_id)),
            first: None,
        };
        let mut ids: Vec<Option<Uuid>> = readers.iter().map(|(id, _)| Some(*id)).collect();
        if ids.is_empty() {
            ids.push(None);
        }
        let written = rows::insert(tx, envelope, &body, &ids).await?;
        let first = written.first().ok_or_else(|| Error::invalid("to", "", "must name an agent"))?;
        let to = readers.into_iter().map(|(_, slug)| slug).collect();
        Ok(SentMessage { id: first.id, thread: rows::thread(first), kind, to })
    }
}

impl SendMessage {
    /// The project of the thread, of the item, or the one that is named; they must not differ.
    async fn in_project(&self, tx: &Tx, answered: Option<&messages::Model>, item: Option<Uuid>) -> Result<Uuid> {
        let known = answered.map(|row| row.project_id).or(item);
        let Some(known) = known else {
            return Ok(project::resolve(tx, self.project.as_ref()).await?.id);
        };
        let named = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        if named.or(item).is_some_and(|other| other != known) || item.is_some_and(|item| item != known) {
            let rule = "must be the one of the item and of the thread: leave it out";
            let named = self.project.as_ref().map(ToString::to_string).unwrap_or_default();
            return Err(Error::invalid("project", named, rule));
        }
        Ok(known)
    }
}

/// The agent by whom the answered message was sent; of one's own message the one to whom it was sent.
fn other_side(tx: &Tx, answered: &messages::Model) -> Option<Uuid> {
    match answered.from_agent_id {
        Some(from) if Some(from) != tx.actor.agent_id() => Some(from),
        Some(_) => answered.to_agent_id,
        // A person or the board wrote it. Whoever wrote it goes on with the agent.
        None => answered.to_agent_id.filter(|to| Some(*to) != tx.actor.agent_id()),
    }
}

async fn recipient(tx: &Tx, name: &Ref) -> Result<(Uuid, String)> {
    let found = agent::find(tx, name).await?;
    if found.status == AgentProfileStatus::Archived {
        let status = found.status.as_str().to_owned();
        return Err(Conflict::Inactive { entity: "agent", name: found.slug, status }.into());
    }
    Ok((found.id, found.slug))
}

/// Every active agent but the one who sends.
async fn everybody(tx: &Tx) -> Result<Vec<(Uuid, String)>> {
    let mut query = agent_profiles::Entity::find()
        .select_only()
        .columns([agent_profiles::Column::Id, agent_profiles::Column::Slug])
        .filter(agent_profiles::Column::Status.eq(AgentProfileStatus::Active));
    if let Some(sender) = tx.actor.agent_id() {
        query = query.filter(agent_profiles::Column::Id.ne(sender));
    }
    Ok(query.order_by_asc(agent_profiles::Column::Id).into_tuple().all(&tx.conn).await?)
}
