//! Why an item cannot be given to somebody: every condition that fails, not only the first.

use callboard_entity::{
    AgentProfileStatus, WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus, WorkItemType, agent_profiles,
    board_projects, sprint_items, sprints, task_assignments, work_items, work_stream_items, work_streams,
};
use sea_orm::sea_query::LockType;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde_json::Value;
use uuid::Uuid;

use super::matching::{self, Match};
use super::state::OPEN;
use crate::agent;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::id::Ref;

/// From where a claim takes, and so what an item that it names has to be, too.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Within<'a> {
    pub project: Option<&'a board_projects::Model>,
    pub sprint: Option<&'a sprints::Model>,
    pub stream: Option<&'a work_streams::Model>,
    pub kind: Option<WorkItemType>,
    pub tag: Option<&'a str>,
}

impl Within<'_> {
    /// Each limit that the item is outside of.
    pub async fn conditions(&self, tx: &Tx, item: &work_items::Model) -> Result<Vec<String>> {
        let mut failed = Vec::new();
        if let Some(project) = self.project.filter(|project| project.id != item.project_id) {
            failed.push(format!("the item is not in the project '{}'", project.slug));
        }
        if let Some(sprint) = self.sprint {
            let place = sprint_items::Entity::find_by_id((sprint.id, item.id)).one(&tx.conn).await?;
            if place.is_none() {
                failed.push(format!("the item is not in the sprint {}", sprint.code));
            }
        }
        if let Some(stream) = self.stream {
            let place = work_stream_items::Entity::find_by_id((stream.id, item.id)).one(&tx.conn).await?;
            if place.is_none() {
                failed.push(format!("the item is not in the stream '{}'", stream.slug));
            }
        }
        if let Some(kind) = self.kind.filter(|kind| *kind != item.r#type) {
            failed.push(format!("the item is of the type {}, not {kind}", item.r#type));
        }
        if let Some(tag) = self.tag {
            let mut tags = item.tags.as_ref().and_then(Value::as_array).into_iter().flatten();
            if !tags.any(|found| found == tag) {
                failed.push(format!("the item does not have the tag '{tag}'"));
            }
        }
        Ok(failed)
    }
}

/// What stands against giving the item to anybody, or to `holder` where it is set aside for it.
pub(crate) fn item_conditions(
    item: &work_items::Model,
    holder: (WorkItemAssigneeType, Uuid),
    lease_now: Timestamp,
) -> Vec<String> {
    let mut failed = Vec::new();
    if item.status != WorkItemStatus::Todo {
        failed.push(format!("the item is {}, not todo", item.status));
    }
    if item.delegation_status != WorkItemDelegationStatus::Unassigned {
        failed.push(format!("the item is already {} (delegation)", item.delegation_status));
    }
    if item.unmet_prerequisites > 0 {
        failed.push(format!("{} of its prerequisites are not met", item.unmet_prerequisites));
    }
    if item.archived_at.is_some() {
        failed.push("the item is archived".to_owned());
    }
    if let Some(at) = item.available_at.filter(|at| *at > lease_now) {
        failed.push(format!("the item is in backoff until {}", at.format("%Y-%m-%d %H:%M:%S UTC")));
    }
    if item.r#type == WorkItemType::Epic {
        failed.push("an epic is not worked on itself, its children are".to_owned());
    }
    if let (Some(kind), Some(id)) = (item.assignee_type, item.assignee_id)
        && (kind, id) != holder
    {
        failed.push(format!("the item is set aside for another {kind}"));
    }
    failed
}

/// Reads an agent for an assignment. Where its number of open assignments is limited, its row is locked, so that two
/// calls at once cannot pass the limit.
pub(crate) async fn lock_agent(tx: &Tx, name: &Ref) -> Result<agent_profiles::Model> {
    let found = agent::find(tx, name).await?;
    // Shared with other claims, but not with archiving the agent, which locks FOR UPDATE.
    let lock = if found.max_open_assignments.is_some() { LockType::NoKeyUpdate } else { LockType::KeyShare };
    let locked = agent_profiles::Entity::find_by_id(found.id).lock(lock).one(&tx.conn).await?.unwrap_or(found);
    if locked.max_open_assignments.is_some() && lock == LockType::KeyShare {
        // The limit was set while the lock was waited for.
        let query = agent_profiles::Entity::find_by_id(locked.id).lock(LockType::NoKeyUpdate);
        return Ok(query.one(&tx.conn).await?.unwrap_or(locked));
    }
    Ok(locked)
}

/// What stands against giving this agent any further item.
pub(crate) async fn agent_conditions(tx: &Tx, agent: &agent_profiles::Model) -> Result<Vec<String>> {
    let mut failed = Vec::new();
    if agent.status != AgentProfileStatus::Active {
        failed.push(format!("the agent is {}", agent.status));
    }
    if let Some(most) = agent.max_open_assignments {
        let open = open_count(tx, agent.id).await?;
        if open >= most {
            failed.push(format!("the agent holds {open} of at most {most} open assignments"));
        }
    }
    Ok(failed)
}

pub(crate) async fn open_count(tx: &Tx, agent: Uuid) -> Result<i64> {
    let open = task_assignments::Entity::find()
        .filter(task_assignments::Column::AgentId.eq(agent))
        .filter(task_assignments::Column::Status.is_in(OPEN.iter().copied()))
        .count(&tx.conn)
        .await?;
    Ok(i64::try_from(open).unwrap_or(i64::MAX))
}

/// What an agent lacks for an item, one condition a capability.
pub(crate) fn missing(found: &Match) -> Vec<String> {
    let condition = |name: &String, level: &callboard_entity::CapabilityLevel| match found.granted.get(name) {
        Some(own) => format!("it needs {name} at {level} and has it at {own}"),
        None => format!("it needs {name} at {level}"),
    };
    found.missing.iter().map(|(name, level)| condition(name, level)).collect()
}

/// The active agents that fit an item best, best first; at most `limit` of the 500 newest.
pub(crate) async fn best(
    tx: &Tx,
    item: &work_items::Model,
    limit: usize,
) -> Result<Vec<(agent_profiles::Model, Match)>> {
    let required = matching::required(item)?;
    let agents = agent_profiles::Entity::find()
        .filter(agent_profiles::Column::Status.eq(AgentProfileStatus::Active))
        .order_by_desc(agent_profiles::Column::Id)
        .limit(500)
        .all(&tx.conn)
        .await?;
    let mut has = matching::capabilities_of(tx, &agents).await?;
    let mut scored: Vec<(agent_profiles::Model, Match)> = agents
        .into_iter()
        .map(|agent| {
            let own = has.remove(&agent.id).unwrap_or_default();
            (agent, matching::compare(&required, &own))
        })
        .collect();
    scored.sort_by(|a, b| {
        let key = |m: &Match| (m.missing.len(), std::cmp::Reverse(m.score));
        key(&a.1).cmp(&key(&b.1)).then_with(|| a.0.slug.cmp(&b.0.slug))
    });
    scored.truncate(limit);
    Ok(scored)
}
