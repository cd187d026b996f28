//! Lists what a claim could hand out now.

use std::collections::BTreeSet;

use callboard_entity::{WorkItemType, agent_profiles, task_assignments as assignments, work_items};
use sea_orm::sea_query::IntoCondition;
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use work_items::Column as C;

use super::filter;
use super::list::{ListedItem, named};
use crate::assignment::matching;
use crate::assignment::state::OPEN;
use crate::clock::Timestamp;
use crate::db::dialect::ready;
use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::stream::{self, MOST_ITEMS};
use crate::{agent, project, rules, sprint};

/// The items that claims would hand out now, in the order in which they would: for an agent, those set aside for it
/// first, then what it qualifies for; without an agent, what is set aside for nobody, whatever it requires.
///
/// An item whose backoff is over counts, since a claim that finds too little releases it; until then it may be handed
/// out later than its place in the list. One whose lease ran out does not count: taken back, it waits for its backoff
/// first. The number of statements does not grow with the rows.
///
/// # Errors
/// `NotFound` for a name; `Invalid` for a limit outside 1 to 1,000; `Conflict::Inactive` for a stream that is closed, or
/// whose project is archived.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct Ready {
    /// What this one could claim, by slug or id; what anybody could where none is named.
    pub agent: Option<Ref>,
    /// Of this project only, by slug or id.
    pub project: Option<Ref>,
    /// In this sprint only, by code or id.
    pub sprint: Option<Ref>,
    /// In this work stream only, by slug or id: in its order.
    pub stream: Option<Ref>,
    /// Of this type only.
    pub kind: Option<WorkItemType>,
    /// With this tag only.
    pub tag: Option<String>,
    /// 1 to 1,000.
    pub limit: u64,
}

impl Default for Ready {
    fn default() -> Self {
        Self { agent: None, project: None, sprint: None, stream: None, kind: None, tag: None, limit: 100 }
    }
}

impl Ready {
    /// What an agent could claim from anywhere.
    pub fn of(agent: impl Into<Ref>) -> Self {
        Self { agent: Some(agent.into()), ..Self::default() }
    }
}

/// What is ready.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReadyItems {
    /// In the order in which claims would take them.
    pub items: Vec<ListedItem>,
    /// The limit left some out.
    pub truncated: bool,
    /// Why this agent can claim nothing at all now, whatever is there.
    pub withheld: Vec<String>,
}

impl Query for Ready {
    type Output = ReadyItems;

    async fn fetch(&self, tx: &Tx) -> Result<ReadyItems> {
        if !(1..=1000).contains(&self.limit) {
            return Err(Error::invalid("limit", self.limit.to_string(), "must be 1 to 1000"));
        }
        let scope = self.scope(tx).await?;
        let stream = self.in_stream(tx).await?;
        let scope = match &stream {
            Some(items) => scope.add(C::Id.is_in(items.iter().copied())),
            None => scope,
        };
        let lease_now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
        let mut rows = match &self.agent {
            None => {
                let free = [ready::ready().into_condition(), filter::due(lease_now).add(C::AssigneeId.is_null())];
                self.pick(tx, &scope, free).await?
            }
            Some(name) => {
                let agent = agent::find(tx, name).await?;
                let withheld = withheld(tx, &agent, lease_now).await?;
                if !withheld.is_empty() {
                    return Ok(ReadyItems { items: Vec::new(), truncated: false, withheld });
                }
                self.of_agent(tx, &agent, scope, lease_now).await?
            }
        };
        if let Some(items) = &stream {
            let place = |item: &work_items::Model| items.iter().position(|id| *id == item.id);
            rows.sort_by_key(place);
        }
        let truncated = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        Ok(ReadyItems { items: named(tx, rows).await?, truncated, withheld: Vec::new() })
    }
}

impl Ready {
    async fn scope(&self, tx: &Tx) -> Result<Condition> {
        let mut scope = Condition::all();
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        if let Some(id) = project {
            scope = scope.add(C::ProjectId.eq(id));
        }
        if let Some(name) = &self.sprint {
            scope = scope.add(filter::in_sprint(sprint::find(tx, project, name).await?.id));
        }
        if let Some(kind) = self.kind {
            scope = scope.add(C::Type.eq(kind));
        }
        if let Some(tag) = &self.tag {
            rules::name("tag", tag)?;
            scope = scope.add(tx.dialect.has_tag(tag));
        }
        Ok(scope)
    }

    /// The items of the stream that is named, in its order.
    async fn in_stream(&self, tx: &Tx) -> Result<Option<Vec<Uuid>>> {
        let Some(name) = &self.stream else { return Ok(None) };
        let project = match &self.project {
            Some(name) => Some(project::find(tx, name).await?.id),
            None => None,
        };
        let found = stream::find(tx, project, name).await?;
        stream::open_for_work(tx, &found).await?;
        Ok(Some(stream::rows::items_in_order(tx, found.id).await?))
    }

    /// What is set aside for the agent, then what is free and the agent qualifies for.
    async fn of_agent(
        &self,
        tx: &Tx,
        agent: &agent_profiles::Model,
        scope: Condition,
        lease_now: Timestamp,
    ) -> Result<Vec<work_items::Model>> {
        let own = [own_only(agent).add(ready::preassigned()), own_only(agent).add(filter::due(lease_now))];
        let free = [ready::ready().into_condition(), filter::due(lease_now).add(C::AssigneeId.is_null())];
        let able = able(tx, agent, own.iter().chain(&free)).await?;
        let scope = scope.add(C::RequirementKey.is_in(able));
        let mut rows = self.pick(tx, &scope, own).await?;
        rows.extend(self.pick(tx, &scope, free).await?);
        Ok(rows)
    }

    /// Most urgent first, then oldest, from two disjoint parts of the queue: each is read by an index of its own, which an
    /// OR of the two would keep both planners from using.
    async fn pick(&self, tx: &Tx, scope: &Condition, parts: [Condition; 2]) -> Result<Vec<work_items::Model>> {
        let mut rows = Vec::new();
        for part in parts {
            let query = work_items::Entity::find().filter(part).filter(scope.clone());
            // A stream has its own order, and so few items that all of them are read.
            let most = if self.stream.is_some() { MOST_ITEMS as u64 } else { self.limit + 1 };
            let query = query.order_by_asc(C::Priority).order_by_asc(C::Id).limit(most);
            rows.extend(query.all(&tx.conn).await?);
        }
        rows.sort_by_key(|item| (item.priority, item.id));
        Ok(rows)
    }
}

/// The requirement keys in these parts of the queue that the agent satisfies.
async fn able<'a>(
    tx: &Tx,
    agent: &agent_profiles::Model,
    parts: impl Iterator<Item = &'a Condition>,
) -> Result<Vec<String>> {
    let mut keys = BTreeSet::new();
    for part in parts {
        let query = work_items::Entity::find().select_only().column(C::RequirementKey).filter(part.clone()).distinct();
        keys.extend(query.into_tuple::<String>().all(&tx.conn).await?);
    }
    let has = matching::capabilities(tx, agent).await?;
    let mut able = Vec::new();
    for key in keys {
        if matching::compare(&matching::parse_key(&key)?, &has).missing.is_empty() {
            able.push(key);
        }
    }
    Ok(able)
}

fn own_only(agent: &agent_profiles::Model) -> Condition {
    Condition::all()
        .add(C::AssigneeType.eq(callboard_entity::WorkItemAssigneeType::Agent))
        .add(C::AssigneeId.eq(agent.id))
}

/// What keeps the agent from claiming. What it holds on a lease that ran out does not count: a claim takes that back.
async fn withheld(tx: &Tx, agent: &agent_profiles::Model, lease_now: Timestamp) -> Result<Vec<String>> {
    let mut reasons = Vec::new();
    if agent.status != callboard_entity::AgentProfileStatus::Active {
        reasons.push(format!("the agent is {}", agent.status));
    }
    if let Some(most) = agent.max_open_assignments {
        let lasting = Condition::any()
            .add(assignments::Column::LeaseExpiresAt.is_null())
            .add(assignments::Column::LeaseExpiresAt.gt(lease_now));
        let open = assignments::Entity::find()
            .filter(assignments::Column::AgentId.eq(agent.id))
            .filter(assignments::Column::Status.is_in(OPEN.iter().copied()))
            .filter(lasting)
            .count(&tx.conn)
            .await?;
        if i64::try_from(open).unwrap_or(i64::MAX) >= most {
            reasons.push(format!("the agent holds {open} of at most {most} open assignments"));
        }
    }
    Ok(reasons)
}
