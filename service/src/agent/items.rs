//! The items that an agent has worked on.

use callboard_entity::{TaskAssignmentStatus, task_assignments as assignments};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assignments::briefs;
use super::find;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ItemBrief;
use crate::page::{self, Page};

/// Lists the items that an agent was ever assigned to, the newest item first: four statements, whatever their number.
///
/// # Errors
/// `NotFound` for the agent; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AgentItems {
    /// By slug or id.
    pub agent: Ref,
    /// The id of the last item of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// An item, and how the agent fared with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ItemOfAgent {
    /// The item, as it stands now.
    pub item: ItemBrief,
    /// How often it was assigned to the agent.
    pub assignments: u64,
    /// The newest of them.
    pub last_assignment: Uuid,
    /// How the newest of them stands, or how it ended.
    pub last_status: TaskAssignmentStatus,
    /// When the newest of them was made.
    pub last_assigned_at: Timestamp,
}

impl Query for AgentItems {
    type Output = Page<ItemOfAgent>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let agent = find(tx, &self.agent).await?;
        self.of(tx, agent.id).await
    }
}

impl AgentItems {
    /// The same for an agent that was found already.
    pub(super) async fn of(&self, tx: &Tx, agent: Uuid) -> Result<Page<ItemOfAgent>> {
        let limit = page::limit(self.limit)?;
        let mut query = assignments::Entity::find()
            .select_only()
            .column(assignments::Column::WorkItemId)
            .filter(assignments::Column::AgentId.eq(agent));
        if let Some(after) = self.after {
            query = query.filter(assignments::Column::WorkItemId.lt(after));
        }
        let ids: Vec<Uuid> = query
            .group_by(assignments::Column::WorkItemId)
            .order_by_desc(assignments::Column::WorkItemId)
            .limit(limit + 1)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let page = Page::cut(ids, limit, |id| *id);
        let mut items = briefs(tx, page.rows.iter().copied()).await?;
        let all: Vec<(Uuid, Uuid, TaskAssignmentStatus, Timestamp)> = assignments::Entity::find()
            .select_only()
            .columns([
                assignments::Column::WorkItemId,
                assignments::Column::Id,
                assignments::Column::Status,
                assignments::Column::AssignedAt,
            ])
            .filter(assignments::Column::AgentId.eq(agent))
            .filter(assignments::Column::WorkItemId.is_in(page.rows.iter().copied()))
            .order_by_desc(assignments::Column::Id)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let next = page.next;
        let rows = page.rows.into_iter().filter_map(|id| {
            let mut own = all.iter().filter(|(item, ..)| *item == id);
            let (_, last_assignment, last_status, last_assigned_at) = *own.next()?;
            let assignments = 1 + own.count() as u64;
            Some(ItemOfAgent { item: items.remove(&id)?, assignments, last_assignment, last_status, last_assigned_at })
        });
        Ok(Page { rows: rows.collect(), next })
    }
}
