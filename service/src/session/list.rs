//! Lists sessions.

use std::collections::HashMap;

use callboard_entity::{
    WorkItemAssigneeType, WorkSessionStatus, board_projects as projects, work_items, work_sessions as sessions,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rows;
use crate::assignment::Holder;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::page::{self, Page};
use crate::{agent, names, project, user};

/// Lists sessions, the newest first: five statements, whatever their number, and one for each name that is asked for.
///
/// # Errors
/// `NotFound` for a name; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListSessions {
    /// Of this agent or person only.
    pub holder: Option<Holder>,
    /// Of this project only, by slug or id.
    pub project: Option<Ref>,
    /// Only in one of these states, where any is named.
    pub status: Vec<WorkSessionStatus>,
    /// The id of the last session of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A session with the names that its ids stand for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedSession {
    /// The row.
    pub session: sessions::Model,
    /// `agent:SLUG` or `user:NAME`; none where that one was removed.
    pub holder: Option<String>,
    /// The slug of its project.
    pub project: Option<String>,
    /// The key of the item that is worked on.
    pub item: Option<String>,
    /// Seconds at work until now: `session.active_seconds` and what runs.
    pub worked_seconds: i64,
}

impl Query for ListSessions {
    type Output = Page<ListedSession>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = sessions::Entity::find();
        match &self.holder {
            Some(Holder::Agent(name)) => {
                query = query.filter(sessions::Column::AgentId.eq(agent::find(tx, name).await?.id));
            }
            Some(Holder::User(name)) => {
                query = query.filter(sessions::Column::UserId.eq(user::find(tx, name).await?.id));
            }
            None => {}
        }
        if let Some(name) = &self.project {
            query = query.filter(sessions::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if !self.status.is_empty() {
            query = query.filter(sessions::Column::Status.is_in(self.status.iter().copied()));
        }
        if let Some(after) = self.after {
            query = query.filter(sessions::Column::Id.lt(after));
        }
        let found = query.order_by_desc(sessions::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(found, limit, |session| session.id);
        let next = page.next;
        Ok(Page { rows: named(tx, page.rows).await?, next })
    }
}

/// Adds the names: four statements, whatever the rows.
pub(super) async fn named(tx: &Tx, rows: Vec<sessions::Model>) -> Result<Vec<ListedSession>> {
    let projects: Vec<(Uuid, String)> = projects::Entity::find()
        .select_only()
        .columns([projects::Column::Id, projects::Column::Slug])
        .filter(projects::Column::Id.is_in(rows.iter().filter_map(|row| row.project_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let items: Vec<(Uuid, String)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::Key])
        .filter(work_items::Column::Id.is_in(rows.iter().filter_map(|row| row.active_work_item_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let (projects, items): (HashMap<_, _>, HashMap<_, _>) =
        (projects.into_iter().collect(), items.into_iter().collect());
    // Collected: a closure over borrowed rows would make the future less general than a query's.
    let who: Vec<_> = rows.iter().filter_map(holder).collect();
    let names = names::names(tx, who).await?;
    let listed = rows.into_iter().map(|session| ListedSession {
        holder: holder(&session).and_then(|(_, id)| names.get(&id).cloned()),
        project: session.project_id.and_then(|id| projects.get(&id).cloned()),
        item: session.active_work_item_id.and_then(|id| items.get(&id).cloned()),
        worked_seconds: rows::worked(&session, tx.now),
        session,
    });
    Ok(listed.collect())
}

fn holder(session: &sessions::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    let agent = session.agent_id.map(|id| (WorkItemAssigneeType::Agent, id));
    agent.or_else(|| session.user_id.map(|id| (WorkItemAssigneeType::User, id)))
}
