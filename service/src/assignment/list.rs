//! Lists assignments: whose, of what, in which state.

use callboard_entity::{TaskAssignmentStatus, WorkItemAssigneeType, task_assignments as assignments, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

use super::assign::Holder;
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::{agent, item, names, project, user};

/// Assignments, newest first, a page at a time.
///
/// # Errors
/// `NotFound` for a name; `Invalid` for a limit above 1,000.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListAssignments {
    /// Of this holder only (`--mine`).
    pub holder: Option<Holder>,
    /// Of this item only, by key or id.
    pub item: Option<Ref>,
    /// Of items of this project only, by slug or id.
    pub project: Option<Ref>,
    /// Only those that hold their item now.
    pub open: bool,
    /// Only those in one of these states; all where none is named.
    pub statuses: Vec<TaskAssignmentStatus>,
    /// Goes on after this assignment, as the last page said.
    pub after: Option<Uuid>,
    /// 1 to 1,000; 50 where it is 0.
    pub limit: u32,
}

/// An assignment with the names that its ids stand for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listed {
    /// The row.
    pub assignment: assignments::Model,
    /// Its item's key.
    pub item: String,
    /// Its item's title.
    pub title: String,
    /// `agent:SLUG` or `user:NAME`.
    pub holder: String,
    /// Who gave it, in the same form; none where that one was removed, or Callboard itself did.
    #[serde(default)]
    pub assigned_by: Option<String>,
}

/// A page of assignments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AssignmentPage {
    /// At most as many as the limit.
    pub assignments: Vec<Listed>,
    /// Where the next page goes on; none on the last one.
    pub next: Option<Uuid>,
}

impl Query for ListAssignments {
    type Output = AssignmentPage;
    const IS_SHORT: bool = true;

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
            query = query.filter(open::assignments());
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
    // Collected: a closure over borrowed rows would make the future less general than a verb's.
    let who: Vec<_> = rows.iter().flat_map(|a| [holder(a), assigner(a)]).flatten().collect();
    let names = names::names(tx, who).await?;
    let listed = rows.into_iter().map(|assignment| {
        let (item, title) = items.get(&assignment.work_item_id).cloned().unwrap_or_default();
        let name = |who: Option<(WorkItemAssigneeType, Uuid)>| who.and_then(|(_, id)| names.get(&id).cloned());
        let (holder, assigned_by) = (name(holder(&assignment)).unwrap_or_default(), name(assigner(&assignment)));
        Listed { assignment, item, title, holder, assigned_by }
    });
    Ok(listed.collect())
}

fn holder(assignment: &assignments::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    either(assignment.agent_id, assignment.user_id)
}

fn assigner(assignment: &assignments::Model) -> Option<(WorkItemAssigneeType, Uuid)> {
    either(assignment.assigned_by_agent_id, assignment.assigned_by)
}

fn either(agent: Option<Uuid>, user: Option<Uuid>) -> Option<(WorkItemAssigneeType, Uuid)> {
    let agent = agent.map(|id| (WorkItemAssigneeType::Agent, id));
    agent.or_else(|| user.map(|id| (WorkItemAssigneeType::User, id)))
}
