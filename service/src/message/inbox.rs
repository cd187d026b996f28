//! What an agent has to read.

use std::cmp::Reverse;
use std::collections::HashMap;

use callboard_entity::{MessageKind, board_messages as messages, board_projects, work_items};
use sea_orm::{
    ColumnTrait, Condition, DbErr, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows::{self, MessageBody};
use crate::clock::Timestamp;
use crate::db::{Cells, Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::{agent, names, page, project};

/// The messages to an agent, newest first, a page at a time; at most eleven statements whatever their number.
///
/// A handover to nobody in particular is in the inbox of the agent that holds its item now; each page looks at all of those
/// that there ever were of what it holds, however few are shown. Looking marks nothing as
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
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        // What was told to it, and what was handed over to nobody: each by an index of its own, which no OR of both has.
        let told_to_it = || {
            let in_project = project.map(|id| tx.dialect.not_found_by(messages::Column::ProjectId).eq(id));
            let its = messages::Entity::find().filter(messages::Column::ToAgentId.eq(agent.id));
            its.filter(Condition::all().add_option(in_project))
        };
        let handed = tx.rows(tx.dialect.handed_over(), vec![agent.id.into(), project.into()], Handed::read).await?;

        let count = |are: fn(&Handed) -> bool| handed.iter().filter(|one| are(one)).count() as u64;
        let unread = told_to_it().filter(messages::Column::ReadAt.is_null()).count(&tx.conn).await?;
        let unacknowledged = told_to_it().filter(messages::Column::AcknowledgedAt.is_null()).count(&tx.conn).await?;
        let (unread, unacknowledged) =
            (unread + count(|one| !one.is_read), unacknowledged + count(|one| !one.is_acknowledged));

        let mut query = told_to_it();
        if !self.all {
            query = query.filter(messages::Column::ReadAt.is_null());
        }
        if let Some(after) = self.after {
            query = query.filter(messages::Column::Id.lt(after));
        }
        let mut rows = query.order_by_desc(messages::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let asked = |one: &&Handed| (self.all || !one.is_read) && self.after.is_none_or(|after| one.id < after);
        let handed: Vec<Uuid> = handed.iter().filter(asked).map(|one| one.id).take(limit as usize + 1).collect();
        if !handed.is_empty() {
            let handed = messages::Entity::find().filter(messages::Column::Id.is_in(handed));
            rows.extend(handed.all(&tx.conn).await?);
            rows.sort_unstable_by_key(|row| Reverse(row.id));
            rows.truncate(limit as usize + 1);
        }
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

/// A handover to nobody in particular, as far as it is counted.
#[derive(Clone, Copy, Debug)]
struct Handed {
    id: Uuid,
    is_read: bool,
    is_acknowledged: bool,
}

impl Handed {
    fn read(cells: &mut Cells<'_>) -> Result<Self, DbErr> {
        let id = cells.next()?;
        let (read, acknowledged): (Option<Timestamp>, Option<Timestamp>) = (cells.next()?, cells.next()?);
        Ok(Self { id, is_read: read.is_some(), is_acknowledged: acknowledged.is_some() })
    }
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
