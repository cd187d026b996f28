//! Lists assignments: whose, of what, in which state.

use callboard_entity::{
    TaskAssignmentStatus, agent_profiles, board_users, task_assignments as assignments, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

use super::assign::Holder;
use super::state::OPEN;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{agent, item, project, user};

/// Assignments, newest first, a page at a time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListAssignments {
    /// Of this holder only (`--mine`).
    pub holder: Option<Holder>,
    pub item: Option<Ref>,
    pub project: Option<Ref>,
    /// Only those that hold their item now.
    pub open: bool,
    pub statuses: Vec<TaskAssignmentStatus>,
    /// Goes on after this assignment, as the last page said.
    pub after: Option<Uuid>,
    /// 1 to 1,000; 50 where it is 0.
    pub limit: u32,
}

/// An assignment with the names that its ids stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    pub assignment: assignments::Model,
    pub item: String,
    pub title: String,
    /// `agent:SLUG` or `user:NAME`.
    pub holder: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssignmentPage {
    pub assignments: Vec<Listed>,
    /// Where the next page goes on; none on the last one.
    pub next: Option<Uuid>,
}

impl Query for ListAssignments {
    type Output = AssignmentPage;

    async fn fetch(&self, tx: &Tx) -> Result<AssignmentPage> {
        let limit = if self.limit == 0 { 50 } else { self.limit };
        if limit > 1000 {
            return Err(Error::invalid("limit", limit.to_string(), "must be between 1 and 1000"));
        }
        let mut query = assignments::Entity::find();
        match &self.holder {
            Some(Holder::Agent(name)) => {
                query = query.filter(assignments::Column::AgentId.eq(agent::find(tx, name).await?.id));
            }
            Some(Holder::User(name)) => {
                query = query.filter(assignments::Column::UserId.eq(user::find(tx, name).await?.id));
            }
            None => {}
        }
        if let Some(name) = &self.item {
            query = query.filter(assignments::Column::WorkItemId.eq(item::find(tx, name).await?.id));
        }
        if let Some(name) = &self.project {
            let project = project::find(tx, name).await?;
            query = query.inner_join(work_items::Entity).filter(work_items::Column::ProjectId.eq(project.id));
        }
        if self.open {
            query = query.filter(assignments::Column::Status.is_in(OPEN.iter().copied()));
        }
        if !self.statuses.is_empty() {
            query = query.filter(assignments::Column::Status.is_in(self.statuses.iter().copied()));
        }
        if let Some(after) = self.after {
            query = query.filter(assignments::Column::Id.lt(after));
        }
        let mut rows = query.order_by_desc(assignments::Column::Id).limit(u64::from(limit) + 1).all(&tx.conn).await?;
        let more = rows.len() > limit as usize;
        rows.truncate(limit as usize);
        let next = rows.last().filter(|_| more).map(|a| a.id);
        Ok(AssignmentPage { assignments: named(tx, rows).await?, next })
    }
}

/// Adds the names, in three queries whatever the rows.
async fn named(tx: &Tx, rows: Vec<assignments::Model>) -> Result<Vec<Listed>> {
    let items: Vec<(Uuid, String, String)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::Id, work_items::Column::Key, work_items::Column::Title])
        .filter(work_items::Column::Id.is_in(rows.iter().map(|a| a.work_item_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let items: HashMap<Uuid, (String, String)> = items.into_iter().map(|(id, key, title)| (id, (key, title))).collect();
    let agents: Vec<(Uuid, String)> = agent_profiles::Entity::find()
        .select_only()
        .columns([agent_profiles::Column::Id, agent_profiles::Column::Slug])
        .filter(agent_profiles::Column::Id.is_in(rows.iter().filter_map(|a| a.agent_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let users: Vec<(Uuid, String)> = board_users::Entity::find()
        .select_only()
        .columns([board_users::Column::Id, board_users::Column::Name])
        .filter(board_users::Column::Id.is_in(rows.iter().filter_map(|a| a.user_id)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let names: HashMap<Uuid, String> = agents
        .into_iter()
        .map(|(id, slug)| (id, format!("agent:{slug}")))
        .chain(users.into_iter().map(|(id, name)| (id, format!("user:{name}"))))
        .collect();
    let listed = rows.into_iter().map(|assignment| {
        let (item, title) = items.get(&assignment.work_item_id).cloned().unwrap_or_default();
        let holder = assignment.agent_id.or(assignment.user_id).and_then(|id| names.get(&id).cloned());
        Listed { assignment, item, title, holder: holder.unwrap_or_default() }
    });
    Ok(listed.collect())
}
