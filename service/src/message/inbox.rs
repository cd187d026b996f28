//! What an agent has to read.

use std::collections::HashMap;

use callboard_entity::{
    MessageKind, board_messages as messages, board_projects, task_assignments as assignments, work_items,
};
use sea_orm::sea_query::Query as Subquery;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{self, MessageBody};
use crate::clock::Timestamp;
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::{agent, names, page, project};

/// The messages to an agent, newest first, a page at a time; nine statements whatever their number.
///
/// A handover to nobody in particular is in the inbox of the agent that holds its item now. Looking marks nothing as
/// read: that is [`super::ReadMessages`].
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Inbox {
    /// By slug or id.
    pub agent: Ref,
    /// Only of this project, by slug or id.
    pub project: Option<Ref>,
    /// Also what is read already.
    pub all: bool,
    /// Goes on after this message, as the last page said.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

impl Inbox {
    /// What an agent has not read yet, of all projects.
    pub fn of(agent: impl Into<Ref>) -> Self {
        Self { agent: agent.into(), project: None, all: false, after: None, limit: None }
    }
}

/// A page of an inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboxPage {
    /// The agent's slug.
    pub agent: String,
    /// How many are not read, on all pages.
    pub unread: u64,
    /// How many are not acknowledged, read or not, on all pages.
    pub unacknowledged: u64,
    /// At most as many as the limit, the newest first.
    pub messages: Vec<InboxMessage>,
    /// Given as `after` for the next page; none on the last one.
    pub next: Option<Uuid>,
}

/// A message in an inbox.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InboxMessage {
    /// The message.
    pub id: Uuid,
    /// The message that began the thread.
    pub thread: Uuid,
    /// The project's slug.
    pub project: String,
    /// A message, a broadcast or a handover.
    pub kind: MessageKind,
    /// `agent:SLUG`, `user:NAME` or `system`.
    pub from: String,
    /// The key of the item that it is about.
    pub item: Option<String>,
    /// One line.
    pub subject: Option<String>,
    /// What it says.
    pub text: String,
    /// Whether a recovery package comes with it, which [`super::ShowMessage`] shows.
    pub has_package: bool,
    /// When it was sent.
    pub at: Timestamp,
    /// When it was read.
    pub read_at: Option<Timestamp>,
    /// When it was acknowledged.
    pub acknowledged_at: Option<Timestamp>,
}

impl Query for Inbox {
    type Output = InboxPage;

    async fn fetch(&self, tx: &Tx) -> Result<InboxPage> {
        let limit = page::limit(self.limit)?;
        let agent = agent::find(tx, &self.agent).await?;
        let mut mine = readable_by(ReadBy::Agent(agent.id));
        if let Some(name) = &self.project {
            mine = mine.add(messages::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        let of = || messages::Entity::find().filter(mine.clone());
        let unread = of().filter(messages::Column::ReadAt.is_null()).count(&tx.conn).await?;
        let unacknowledged = of().filter(messages::Column::AcknowledgedAt.is_null()).count(&tx.conn).await?;
        let mut query = of();
        if !self.all {
            query = query.filter(messages::Column::ReadAt.is_null());
        }
        if let Some(after) = self.after {
            query = query.filter(messages::Column::Id.lt(after));
        }
        let rows = query.order_by_desc(messages::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = page::Page::cut(rows, limit, |row| row.id);
        Ok(InboxPage {
            agent: agent.slug,
            unread,
            unacknowledged,
            next: page.next,
            messages: told(tx, page.rows).await?,
        })
    }
}

/// Who can have a message to read.
#[derive(Clone, Copy, Debug)]
pub(super) enum ReadBy {
    /// An agent, which has an inbox.
    Agent(Uuid),
    /// A person, who has none, but may hold an item that was handed over to nobody in particular.
    User(Uuid),
}

/// What somebody reads: what is to them, and a handover to nobody in particular of an item that they hold.
pub(super) fn readable_by(reader: ReadBy) -> Condition {
    let holds = match reader {
        ReadBy::Agent(id) => assignments::Column::AgentId.eq(id),
        ReadBy::User(id) => assignments::Column::UserId.eq(id),
    };
    let held = Subquery::select()
        .column(assignments::Column::WorkItemId)
        .from(assignments::Entity)
        .and_where(holds)
        .and_where(open::assignments())
        .to_owned();
    let handed = Condition::all()
        .add(messages::Column::ToAgentId.is_null())
        .add(messages::Column::Kind.eq(MessageKind::Handover))
        .add(messages::Column::WorkItemId.in_subquery(held));
    let any = match reader {
        ReadBy::Agent(id) => Condition::any().add(messages::Column::ToAgentId.eq(id)),
        ReadBy::User(_) => Condition::any(),
    };
    Condition::all().add(any.add(handed))
}

async fn told(tx: &Tx, found: Vec<messages::Model>) -> Result<Vec<InboxMessage>> {
    let who: Vec<_> = found.iter().filter_map(|row| names::by(row.actor_type.as_str(), row.actor_id)).collect();
    let names = names::names(tx, who).await?;
    let keys = keys(tx, &found).await?;
    let slugs: Vec<(Uuid, String)> = board_projects::Entity::find()
        .select_only()
        .columns([board_projects::Column::Id, board_projects::Column::Slug])
        .filter(board_projects::Column::Id.is_in(found.iter().map(|row| row.project_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let slugs: HashMap<Uuid, String> = slugs.into_iter().collect();
    let told = found.into_iter().map(|row| {
        let body = MessageBody::shown(&row);
        InboxMessage {
            id: row.id,
            thread: rows::thread(&row),
            project: slugs.get(&row.project_id).cloned().unwrap_or_default(),
            kind: row.kind,
            from: names::written(row.actor_type.as_str(), row.actor_id, &names),
            item: row.work_item_id.and_then(|id| keys.get(&id).cloned()),
            subject: body.subject,
            text: body.text,
            has_package: body.package.is_some(),
            at: row.created_at,
            read_at: row.read_at,
            acknowledged_at: row.acknowledged_at,
        }
    });
    Ok(told.collect())
}

/// The keys of the items that messages are about.
pub(super) async fn keys(tx: &Tx, found: &[messages::Model]) -> Result<HashMap<Uuid, String>> {
    let keys: Vec<(Uuid, String)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::Key])
        .filter(work_items::Column::Id.is_in(found.iter().filter_map(|row| row.work_item_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(keys.into_iter().collect())
}
