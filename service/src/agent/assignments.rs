//! The assignments of an agent, with their items.

use std::collections::HashMap;

use callboard_entity::{task_assignments as assignments, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find;
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ItemBrief;
use crate::page::{self, Page};

/// Lists an agent's assignments, the newest first: three statements, whatever their number.
///
/// # Errors
/// `NotFound` for the agent; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AgentAssignments {
    /// By slug or id.
    pub agent: Ref,
    /// Only those by which it holds an item now.
    pub open_only: bool,
    /// The id of the last assignment of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// An assignment and what it is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssignmentOfAgent {
    /// The assignment, in whatever state it is.
    pub assignment: assignments::Model,
    /// Its item, as it stands now.
    pub item: ItemBrief,
}

impl Query for AgentAssignments {
    type Output = Page<AssignmentOfAgent>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let agent = find(tx, &self.agent).await?;
        self.of(tx, agent.id).await
    }
}

impl AgentAssignments {
    /// The same for an agent that was found already.
    pub(super) async fn of(&self, tx: &Tx, agent: Uuid) -> Result<Page<AssignmentOfAgent>> {
        let limit = page::limit(self.limit)?;
        let mut query = assignments::Entity::find().filter(assignments::Column::AgentId.eq(agent));
        if self.open_only {
            query = query.filter(open::assignments());
        }
        if let Some(after) = self.after {
            query = query.filter(assignments::Column::Id.lt(after));
        }
        let rows = query.order_by_desc(assignments::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(rows, limit, |assignment| assignment.id);
        let items = briefs(tx, page.rows.iter().map(|a| a.work_item_id)).await?;
        let next = page.next;
        // Every assignment has its item: the foreign key cascades.
        let rows = page.rows.into_iter().filter_map(|assignment| {
            let item = items.get(&assignment.work_item_id)?.clone();
            Some(AssignmentOfAgent { assignment, item })
        });
        Ok(Page { rows: rows.collect(), next })
    }
}

/// Items by id, in one statement.
pub(super) async fn briefs(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, ItemBrief>> {
    let items = work_items::Entity::find()
        .filter(work_items::Column::Id.is_in(ids))
        .into_partial_model::<ItemBrief>()
        .all(&tx.conn)
        .await?;
    Ok(items.into_iter().map(|item| (item.id, item)).collect())
}
