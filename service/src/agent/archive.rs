//! Archives an agent, which gives back what it holds.

use callboard_entity::{
    AgentProfileStatus, WorkItemAssigneeType, WorkItemDelegationStatus, agent_profiles as agents,
    task_assignments as assignments, work_items,
};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::{find, lock};
use crate::actor::Actor;
use crate::assignment::release::release;
use crate::db::dialect::open;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::state::FINISHED;
use crate::item::write;
use crate::{rules, session};

/// Archives an agent. What it holds is taken back, what is set aside for it is open to others again, and its work sessions
/// that are not over are abandoned.
///
/// Its profile, slug, grants and history stay; [`super::RestoreAgent`] takes it back.
///
/// # Errors
/// `NotFound` for the agent; `Invalid` for an empty reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArchiveAgent {
    /// By slug or id.
    pub agent: Ref,
    /// Written into the ledger of every item that it gives back, and into the sessions that end.
    pub reason: Option<String>,
}

/// What archiving an agent did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArchivedAgent {
    /// As it is now.
    pub agent: agents::Model,
    /// It was archived before; nothing was changed.
    pub already: bool,
    /// What it gave back, which others may claim again.
    pub released: Vec<ReleasedItem>,
    /// The keys of the sessions that were abandoned.
    #[serde(default)]
    pub abandoned_sessions: Vec<String>,
}

/// An item that an archived agent gave back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReleasedItem {
    /// The item.
    pub id: Uuid,
    /// Its key, such as `CB-42`.
    pub key: String,
    /// The assignment that was cancelled; `None` for an item that was only set aside for the agent.
    pub assignment: Option<Uuid>,
}

impl Verb for ArchiveAgent {
    type Output = ArchivedAgent;

    async fn apply(&self, tx: &Tx) -> Result<ArchivedAgent> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        // A start of a session takes the same lock before it looks at the profile, so none slips in behind.
        let agent = find(tx, &self.agent).await?;
        tx.dialect.lock_sessions(&tx.conn, agent.id).await?;
        // Locked before any item: a claim reads this row too, so no new assignment slips in behind either.
        let mut agent = lock(tx, &Ref::Id(agent.id)).await?;
        if agent.status == AgentProfileStatus::Archived {
            return Ok(ArchivedAgent { agent, already: true, released: Vec::new(), abandoned_sessions: Vec::new() });
        }
        agent.status = AgentProfileStatus::Archived;
        agent.updated_at = tx.now;
        agents::Entity::update(agent.clone().into_active_model().reset_all()).exec(&tx.conn).await?;
        let reason = match &self.reason {
            Some(reason) => format!("agent {} was archived: {reason}", agent.slug),
            None => format!("agent {} was archived", agent.slug),
        };
        // Before the items: whoever works on a stack holds the session's row, and then looks at an item's.
        let abandoned_sessions = session::abandon_all(tx, Actor::agent(agent.id), &reason).await?;
        let mut released = held(tx, agent.id, &reason).await?;
        released.extend(set_aside(tx, agent.id, &reason).await?);
        Ok(ArchivedAgent { agent, already: false, released, abandoned_sessions })
    }
}

/// Cancels the agent's open assignments.
async fn held(tx: &Tx, agent: Uuid, reason: &str) -> Result<Vec<ReleasedItem>> {
    let open = assignments::Entity::find().filter(assignments::Column::AgentId.eq(agent)).filter(open::assignments());
    let items: Vec<Uuid> =
        open.clone().select_only().column(assignments::Column::WorkItemId).into_tuple().all(&tx.conn).await?;
    write::lock_all(tx, items).await?;
    // Read again: one may have been completed while its item's lock was waited for.
    let mut released = Vec::new();
    for assignment in open.all(&tx.conn).await? {
        let (assignment, item) = release(tx, &assignment, reason).await?;
        released.push(ReleasedItem { id: item.id, key: item.key, assignment: Some(assignment.id) });
    }
    Ok(released)
}

/// Opens to others what waits for this agent alone.
async fn set_aside(tx: &Tx, agent: Uuid, reason: &str) -> Result<Vec<ReleasedItem>> {
    let ids: Vec<Uuid> = work_items::Entity::find()
        .select_only()
        .column(work_items::Column::Id)
        .filter(work_items::Column::AssigneeType.eq(WorkItemAssigneeType::Agent))
        .filter(work_items::Column::AssigneeId.eq(agent))
        .filter(work_items::Column::DelegationStatus.eq(WorkItemDelegationStatus::Unassigned))
        .filter(work_items::Column::Status.is_not_in(FINISHED.iter().copied()))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut released = Vec::new();
    for item in write::lock_all(tx, ids).await? {
        let waits = item.assignee_id == Some(agent) && item.delegation_status == WorkItemDelegationStatus::Unassigned;
        if !waits || FINISHED.contains(&item.status) {
            continue;
        }
        let mut after = item.clone();
        (after.assignee_type, after.assignee_id) = (None, None);
        let item = write::update(tx, &item, after, Entry::new("unassigned").reason(Some(reason))).await?;
        released.push(ReleasedItem { id: item.id, key: item.key, assignment: None });
    }
    Ok(released)
}
