//! Lists the agents.

use std::collections::HashMap;

use callboard_entity::{
    AgentProfileMode, AgentProfileStatus, CapabilityLevel, agent_capabilities as granted, agent_profiles as agents,
    task_assignments as assignments,
};
use sea_orm::sea_query::Query as Select;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::page::{self, Page};
use crate::rules;

/// Lists agents, the oldest first.
///
/// # Errors
/// `Invalid` for a limit outside 1 to 500, and for a capability that breaks its rule.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListAgents {
    /// Only in one of these states; where none is named, all but archived ones.
    pub status: Vec<AgentProfileStatus>,
    /// Only agents of exactly this type.
    pub r#type: Option<String>,
    /// Only agents of this mode.
    pub mode: Option<AgentProfileMode>,
    /// Only those that are granted this capability at this level or a higher one.
    pub capability: Option<(String, CapabilityLevel)>,
    /// Only those whose slug, name, type or description holds this text, whatever the case of its ASCII letters.
    pub text: Option<String>,
    /// The id of the last agent of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// An agent in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedAgent {
    /// The profile.
    pub agent: agents::Model,
    /// What it is granted, by name.
    pub capabilities: Vec<granted::Model>,
    /// How many items it holds now: assigned, started or paused.
    pub open_assignments: u64,
}

impl Query for ListAgents {
    type Output = Page<ListedAgent>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = agents::Entity::find().filter(self.condition(tx)?);
        if let Some(after) = self.after {
            query = query.filter(agents::Column::Id.gt(after));
        }
        let rows = query.order_by_asc(agents::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(rows, limit, |agent| agent.id);
        let ids: Vec<Uuid> = page.rows.iter().map(|agent| agent.id).collect();
        let mut capabilities = capabilities(tx, &ids).await?;
        let open = open_counts(tx, &ids).await?;
        Ok(page.map(|agent| ListedAgent {
            capabilities: capabilities.remove(&agent.id).unwrap_or_default(),
            open_assignments: open.get(&agent.id).copied().unwrap_or(0),
            agent,
        }))
    }
}

impl ListAgents {
    fn condition(&self, tx: &Tx) -> Result<Condition> {
        let mut all = match self.status.as_slice() {
            [] => Condition::all().add(agents::Column::Status.ne(AgentProfileStatus::Archived)),
            named => Condition::all().add(agents::Column::Status.is_in(named.iter().copied())),
        };
        all = all.add_option(self.r#type.as_ref().map(|kind| agents::Column::Type.eq(kind.as_str())));
        all = all.add_option(self.mode.map(|mode| agents::Column::Mode.eq(mode)));
        if let Some((name, least)) = &self.capability {
            let name = rules::normal_name("capability", name)?;
            let levels = CapabilityLevel::ALL.iter().copied().filter(|level| level >= least);
            let able = Select::select()
                .column(granted::Column::AgentId)
                .from(granted::Entity)
                .and_where(granted::Column::Capability.eq(name))
                .and_where(granted::Column::Level.is_in(levels))
                .to_owned();
            all = all.add(agents::Column::Id.in_subquery(able));
        }
        if let Some(text) = &self.text {
            let columns =
                [agents::Column::Slug, agents::Column::Name, agents::Column::Type, agents::Column::Description];
            let holds = columns.map(|column| tx.dialect.contains(column, text));
            all = all.add(holds.into_iter().fold(Condition::any(), Condition::add));
        }
        Ok(all)
    }
}

/// The granted capabilities of agents, each by name.
pub(super) async fn capabilities(tx: &Tx, agents: &[Uuid]) -> Result<HashMap<Uuid, Vec<granted::Model>>> {
    let rows =
        granted::Entity::find().filter(granted::Column::AgentId.is_in(agents.iter().copied())).all(&tx.conn).await?;
    let mut by_agent: HashMap<Uuid, Vec<granted::Model>> = HashMap::new();
    for row in rows {
        by_agent.entry(row.agent_id).or_default().push(row);
    }
    // Sorted here: the two databases may order text differently.
    by_agent.values_mut().for_each(|own| own.sort_by(|a, b| a.capability.cmp(&b.capability)));
    Ok(by_agent)
}

async fn open_counts(tx: &Tx, agents: &[Uuid]) -> Result<HashMap<Uuid, u64>> {
    let rows: Vec<(Uuid, i64)> = assignments::Entity::find()
        .select_only()
        .column(assignments::Column::AgentId)
        .column_as(assignments::Column::Id.count(), "open")
        .filter(assignments::Column::AgentId.is_in(agents.iter().copied()))
        .filter(open::assignments())
        .group_by(assignments::Column::AgentId)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(rows.into_iter().map(|(id, open)| (id, u64::try_from(open).unwrap_or(0))).collect())
}
