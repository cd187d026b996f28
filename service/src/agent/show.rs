//! Shows an agent.

use std::collections::BTreeMap;

use callboard_entity::{
    TaskAssignmentStatus, agent_capabilities as granted, agent_profiles as agents, task_assignments as assignments,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::assignments::{AgentAssignments, AssignmentOfAgent};
use super::items::{AgentItems, ItemOfAgent};
use super::{find, list};
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;

/// Shows an agent: who it is, what it can do, what it holds and what it has worked on. Eight statements.
///
/// # Errors
/// `NotFound`, with the near slugs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowAgent {
    /// By slug or id.
    pub agent: Ref,
}

/// An agent, and what it holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgentDetails {
    /// The profile.
    pub agent: agents::Model,
    /// What it is granted, by name; `agent.capabilities` is what it declares.
    pub capabilities: Vec<granted::Model>,
    /// How many assignments of each state it ever had; every state is named.
    pub assignments: BTreeMap<TaskAssignmentStatus, u64>,
    /// The newest 500 by which it holds an item now.
    pub open: Vec<AssignmentOfAgent>,
    /// The newest 20 items that it was assigned to; [`AgentItems`] lists all.
    pub items: Vec<ItemOfAgent>,
}

impl Query for ShowAgent {
    type Output = AgentDetails;

    async fn fetch(&self, tx: &Tx) -> Result<AgentDetails> {
        let agent = find(tx, &self.agent).await?;
        let by_id = Ref::Id(agent.id);
        let open = AgentAssignments { agent: by_id.clone(), open_only: true, after: None, limit: Some(500) };
        let items = AgentItems { agent: by_id, after: None, limit: Some(20) };
        Ok(AgentDetails {
            capabilities: list::capabilities(tx, &[agent.id]).await?.remove(&agent.id).unwrap_or_default(),
            assignments: counts(tx, agent.id).await?,
            open: open.of(tx, agent.id).await?.rows,
            items: items.of(tx, agent.id).await?.rows,
            agent,
        })
    }
}

async fn counts(tx: &Tx, agent: Uuid) -> Result<BTreeMap<TaskAssignmentStatus, u64>> {
    let rows: Vec<(TaskAssignmentStatus, i64)> = assignments::Entity::find()
        .select_only()
        .column(assignments::Column::Status)
        .column_as(assignments::Column::Id.count(), "assignments")
        .filter(assignments::Column::AgentId.eq(agent))
        .group_by(assignments::Column::Status)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut counts: BTreeMap<_, _> = TaskAssignmentStatus::ALL.iter().map(|status| (*status, 0)).collect();
    counts.extend(rows.into_iter().map(|(status, count)| (status, u64::try_from(count).unwrap_or(0))));
    Ok(counts)
}
