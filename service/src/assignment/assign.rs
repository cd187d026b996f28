//! Assigns an item to an agent or a person: a push, by a person or a coordinating agent.

use callboard_entity::{
    AgentProfileStatus, TaskAssignmentStatus, WorkItemAssigneeType, WorkItemDelegationStatus, agent_profiles,
    board_users, task_assignments, work_items,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::deadline;
use super::eligible;
use super::matching::{self, Match};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::{self, Ref};
use crate::item::ledger::Entry;
use crate::item::{self, write};
use crate::{rules, user};

/// Who is to hold an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Holder {
    /// By slug or id.
    Agent(Ref),
    /// By name or id; a person has no deadline.
    User(Ref),
}

/// Assigns a ready item. An agent must be active, below its limit and have what the item requires.
///
/// # Errors
/// `NotAssignable` naming every condition that failed: the item is not ready, the agent is not active, full or lacks
/// a capability; `NotFound` for the item or the holder; `Invalid` for a deadline outside its limits, and for a note
/// or context that is too large.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Assign {
    /// By key or id.
    pub item: Ref,
    /// An agent, which has to start within `accept_seconds`, or a person.
    pub holder: Holder,
    /// How long an agent has to start: 10 seconds to 30 days, 24 hours where none is named.
    pub accept_seconds: Option<i64>,
    /// Shown to the holder, kept with the item as its delegation context.
    pub context: Option<Value>,
    /// Kept with the assignment; at most 1 MiB.
    pub notes: Option<String>,
}

/// The new assignment, and how well an agent fits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assigned {
    /// The new assignment: its id is what the holder's verbs name.
    pub assignment: task_assignments::Model,
    /// As it is now.
    pub item: work_items::Model,
    /// What was required and what the agent has; none for a person.
    pub fit: Option<Match>,
}

/// A holder that was found, with how it fits.
pub(crate) enum Found {
    Agent(agent_profiles::Model),
    User(board_users::Model),
}

impl Found {
    pub fn key(&self) -> (WorkItemAssigneeType, Uuid) {
        match self {
            Self::Agent(agent) => (WorkItemAssigneeType::Agent, agent.id),
            Self::User(user) => (WorkItemAssigneeType::User, user.id),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Agent(agent) => &agent.slug,
            Self::User(user) => &user.name,
        }
    }
}

impl Verb for Assign {
    type Output = Assigned;

    async fn apply(&self, tx: &Tx) -> Result<Assigned> {
        if let Some(context) = &self.context {
            rules::json("context", context)?;
        }
        if let Some(notes) = &self.notes {
            rules::text("notes", notes)?;
        }
        let wait = deadline::wait(self.accept_seconds)?;
        let holder = find_holder(tx, &self.holder).await?;
        let item = item::lock(tx, &self.item).await?;
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let fit = check(tx, &item, &holder, lease_now, Vec::new()).await?;

        let mut assignment = new(tx, &item, &holder);
        assignment.lease_expires_at = deadline::until(&assignment, lease_now, wait);
        assignment.notes = self.notes.clone();
        assignment.context = fit.as_ref().map(matching::context);
        insert(tx, &assignment).await?;

        let mut after = item.clone();
        after.delegation_status = WorkItemDelegationStatus::Assigned;
        after.available_at = None;
        let (kind, holder_id) = holder.key();
        after.assignee_type = Some(kind);
        after.assignee_id = Some(holder_id);
        if self.context.is_some() {
            after.delegation_context = self.context.clone();
        }
        let entry = Entry::new("assigned").assignment(assignment.id, assignment.status.as_str());
        let item = write::update(tx, &item, after, entry.reason(self.notes.as_deref())).await?;
        Ok(Assigned { assignment, item, fit })
    }
}

/// Finds and, for an agent, locks the one who is to hold.
pub(crate) async fn find_holder(tx: &Tx, holder: &Holder) -> Result<Found> {
    match holder {
        Holder::Agent(name) => Ok(Found::Agent(eligible::lock_agent(tx, name).await?)),
        Holder::User(name) => Ok(Found::User(user::find(tx, name).await?)),
    }
}

/// Refuses with every condition that fails, after those that the caller knows of, and with who would do.
pub(crate) async fn check(
    tx: &Tx,
    item: &work_items::Model,
    holder: &Found,
    lease_now: crate::clock::Timestamp,
    mut conditions: Vec<String>,
) -> Result<Option<Match>> {
    conditions.extend(eligible::item_conditions(item, holder.key(), lease_now));
    let mut fit = None;
    if let Found::Agent(agent) = holder {
        conditions.extend(eligible::agent_conditions(tx, agent).await?);
        let found = matching::compare(&matching::required(item)?, &matching::capabilities(tx, agent).await?);
        let missing = eligible::missing(&found);
        if !missing.is_empty() || agent.status != AgentProfileStatus::Active {
            conditions.extend(missing);
            let able = eligible::best(tx, item, 3).await?;
            let able: Vec<String> =
                able.into_iter().filter(|(_, m)| m.missing.is_empty()).map(|(a, _)| a.slug).collect();
            if !able.is_empty() {
                conditions.push(format!("these agents have what it takes: {}", able.join(", ")));
            }
        }
        fit = Some(found);
    }
    if conditions.is_empty() {
        return Ok(fit);
    }
    Err(Error::NotAssignable { item: item.key.clone(), holder: holder.name().to_owned(), conditions })
}

/// A new assignment in state `assigned`, by the actor of the transaction.
pub(crate) fn new(tx: &Tx, item: &work_items::Model, holder: &Found) -> task_assignments::Model {
    let (agent, user) = match holder {
        Found::Agent(agent) => (Some(agent.id), None),
        Found::User(user) => (None, Some(user.id)),
    };
    task_assignments::Model {
        id: id::new(),
        work_item_id: item.id,
        agent_id: agent,
        user_id: user,
        assigned_by: tx.actor.user_id(),
        assigned_by_agent_id: tx.actor.agent_id(),
        assigned_at: tx.now,
        started_at: None,
        completed_at: None,
        status: TaskAssignmentStatus::Assigned,
        attempt: item.attempt_count,
        lease_expires_at: None,
        heartbeat_at: None,
        notes: None,
        context: None,
        created_at: tx.now,
        updated_at: tx.now,
    }
}

pub(crate) async fn insert(tx: &Tx, assignment: &task_assignments::Model) -> Result<()> {
    tx.insert(assignment.clone()).await
}
