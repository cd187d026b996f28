//! Who an item is set aside for: an agent or a user.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use callboard_entity::{AgentProfileStatus, WorkItemAssigneeType, agent_profiles, board_users};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::{agent, user};

/// An agent or a user, by name or id. Its text form is `agent:SLUG` or `user:NAME`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Assignee {
    /// By slug or id.
    Agent(Ref),
    /// By name or id.
    User(Ref),
}

impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Agent(name) => write!(f, "agent:{name}"),
            Self::User(name) => write!(f, "user:{name}"),
        }
    }
}

impl FromStr for Assignee {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self> {
        match text.split_once(':') {
            Some(("agent", slug)) if !slug.is_empty() => Ok(Self::Agent(Ref::from(slug))),
            Some(("user", name)) if !name.is_empty() => Ok(Self::User(Ref::from(name))),
            _ => Err(Error::invalid("assignee", text, "must be agent:SLUG or user:NAME")),
        }
    }
}

/// An assignee as an item's row stores it.
pub(crate) type Stored = (WorkItemAssigneeType, Uuid);

/// Finds whom a filter names.
pub(crate) async fn find(tx: &Tx, assignee: &Assignee) -> Result<Stored> {
    match assignee {
        Assignee::Agent(name) => Ok((WorkItemAssigneeType::Agent, agent::find(tx, name).await?.id)),
        Assignee::User(name) => Ok((WorkItemAssigneeType::User, user::find(tx, name).await?.id)),
    }
}

/// Finds an assignee that an item may be set aside for.
///
/// # Errors
/// `NotFound` with near names; `Inactive` for an archived agent, which will never claim it.
pub(crate) async fn resolve(tx: &Tx, assignee: &Assignee) -> Result<Stored> {
    match assignee {
        Assignee::Agent(name) => usable(&agent::find(tx, name).await?),
        Assignee::User(name) => Ok((WorkItemAssigneeType::User, user::find(tx, name).await?.id)),
    }
}

/// As [`resolve`], for many at once: two statements whatever their number.
pub(crate) async fn resolve_all<'a>(
    tx: &Tx,
    assignees: impl Iterator<Item = &'a Assignee>,
) -> Result<HashMap<&'a Assignee, Stored>> {
    let mut found = HashMap::new();
    let (mut agents, mut users) = (Vec::new(), Vec::new());
    for assignee in assignees {
        match assignee {
            Assignee::Agent(_) => agents.push(assignee),
            Assignee::User(_) => users.push(assignee),
        }
    }
    if !agents.is_empty() {
        let named = named(&agents, agent_profiles::Column::Id, agent_profiles::Column::Slug);
        for row in agent_profiles::Entity::find().filter(named).all(&tx.conn).await? {
            for assignee in agents.iter().filter(|a| a.is(row.id, &row.slug)) {
                found.insert(*assignee, usable(&row)?);
            }
        }
    }
    if !users.is_empty() {
        let named = named(&users, board_users::Column::Id, board_users::Column::Name);
        let rows = board_users::Entity::find().filter(named).order_by_asc(board_users::Column::Id);
        for row in rows.all(&tx.conn).await? {
            for assignee in users.iter().filter(|a| a.is(row.id, &row.name)) {
                // The oldest of several users with one name, as `user::find` has it.
                found.entry(*assignee).or_insert((WorkItemAssigneeType::User, row.id));
            }
        }
    }
    for assignee in agents.into_iter().chain(users) {
        if !found.contains_key(assignee) {
            resolve(tx, assignee).await?;
        }
    }
    Ok(found)
}

impl Assignee {
    fn name(&self) -> &Ref {
        match self {
            Self::Agent(name) | Self::User(name) => name,
        }
    }

    fn is(&self, id: Uuid, name: &str) -> bool {
        match self.name() {
            Ref::Id(own) => *own == id,
            Ref::Name(own) => own == name,
        }
    }
}

fn named(assignees: &[&Assignee], id: impl ColumnTrait, name: impl ColumnTrait) -> Condition {
    let (mut ids, mut names) = (Vec::new(), Vec::new());
    for assignee in assignees {
        match assignee.name() {
            Ref::Id(id) => ids.push(*id),
            Ref::Name(name) => names.push(name.as_str()),
        }
    }
    Condition::any().add(id.is_in(ids)).add(name.is_in(names))
}

fn usable(agent: &agent_profiles::Model) -> Result<Stored> {
    if agent.status == AgentProfileStatus::Archived {
        let status = agent.status.as_str().to_owned();
        return Err(Conflict::Inactive { entity: "agent", name: agent.slug.clone(), status }.into());
    }
    Ok((WorkItemAssigneeType::Agent, agent.id))
}
