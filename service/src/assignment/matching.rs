//! Whether an agent has what an item requires, and how well it fits.

use std::collections::BTreeMap;

use callboard_entity::{CapabilityLevel, agent_capabilities, agent_profiles, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};

/// Capabilities with their levels, by name.
pub type Capabilities = BTreeMap<String, CapabilityLevel>;

/// How an agent fits an item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Match {
    /// What the item asks for.
    pub required: Capabilities,
    /// Those of the required ones that the agent has, at its own level.
    pub granted: Capabilities,
    /// Those that it lacks, or has at too low a level.
    pub missing: Capabilities,
    /// 0 to 100: the share of requirements that are met, then up to 20 less for being over-qualified.
    pub score: u32,
}

/// Reads a requirement key (`capability:level`, comma-separated).
///
/// # Errors
/// [`Error::Stored`] where the key is not of that form.
pub fn parse_key(key: &str) -> Result<Capabilities> {
    key.split(',')
        .filter(|part| !part.is_empty())
        .map(|part| {
            let found = part.split_once(':').and_then(|(name, level)| {
                let level = CapabilityLevel::ALL.iter().find(|l| l.as_str() == level)?;
                Some((name.to_owned(), *level))
            });
            found.ok_or_else(|| Error::Stored {
                what: "requirement key".to_owned(),
                why: format!("'{part}' is not NAME:LEVEL"),
            })
        })
        .collect()
}

/// Compares what is required with what is granted.
pub fn compare(required: &Capabilities, has: &Capabilities) -> Match {
    let (mut granted, mut missing) = (Capabilities::new(), Capabilities::new());
    let mut surplus = 0u32;
    for (name, level) in required {
        match has.get(name) {
            Some(own) => {
                granted.insert(name.clone(), *own);
                if own < level {
                    missing.insert(name.clone(), *level);
                }
                surplus += (*own as u32).saturating_sub(*level as u32);
            }
            None => {
                missing.insert(name.clone(), *level);
            }
        }
    }
    let all = u32::try_from(required.len()).unwrap_or(u32::MAX);
    let met = all - u32::try_from(missing.len()).unwrap_or(0).min(all);
    let share = (met * 100).checked_div(all).unwrap_or(100);
    // An expert is not spent on basic work where a basic one would do.
    let score = share.saturating_sub((surplus * 10).min(20));
    Match { required: required.clone(), granted, missing, score }
}

/// What an agent has: its granted capabilities, and `tool/NAME` for each tool of its profile.
pub(crate) async fn capabilities(tx: &Tx, agent: &agent_profiles::Model) -> Result<Capabilities> {
    Ok(capabilities_of(tx, std::slice::from_ref(agent)).await?.remove(&agent.id).unwrap_or_default())
}

/// As [`capabilities`], for many agents in one query.
pub(crate) async fn capabilities_of(tx: &Tx, agents: &[agent_profiles::Model]) -> Result<BTreeMap<Uuid, Capabilities>> {
    let mut all: BTreeMap<Uuid, Capabilities> = agents.iter().map(|a| (a.id, tools(a.tools.as_ref()))).collect();
    let rows = agent_capabilities::Entity::find()
        .filter(agent_capabilities::Column::AgentId.is_in(agents.iter().map(|a| a.id)))
        .all(&tx.conn)
        .await?;
    for row in rows {
        all.entry(row.agent_id).or_default().insert(row.capability, row.level);
    }
    Ok(all)
}

/// What the tools of a profile count as.
pub(super) fn tools(tools: Option<&Value>) -> Capabilities {
    let names = tools.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
    names.map(|t| (format!("tool/{t}"), CapabilityLevel::Expert)).collect()
}

/// What an assignment keeps of the match, in its `context`.
pub(crate) fn context(found: &Match) -> Value {
    json!({ "match": { "required": found.required, "granted": found.granted } })
}

/// What an item requires.
pub(crate) fn required(item: &work_items::Model) -> Result<Capabilities> {
    parse_key(&item.requirement_key)
}
