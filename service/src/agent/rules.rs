//! What an agent's profile may hold, and how declared capabilities become granted ones.

use std::collections::BTreeMap;

use callboard_entity::{CapabilityLevel, agent_capabilities as granted};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde_json::Value;
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};
use crate::rules;

/// The most capabilities, and the most tools, of one agent.
const MOST: usize = 200;

/// Declared names in their stored form, each once, in the order given.
pub(super) fn normal_names(values: &[String]) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for value in values {
        let name = rules::normal_name("capability", value)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    at_most("capabilities", names.len())?;
    Ok(names)
}

/// What a new agent is granted: what it declares at `basic`, and the grants; of two levels for a name the higher counts.
pub(super) fn granted_at_first(
    declared: &[String],
    grants: &[(String, CapabilityLevel)],
) -> Result<BTreeMap<String, CapabilityLevel>> {
    let mut all: BTreeMap<String, CapabilityLevel> =
        declared.iter().map(|name| (name.clone(), CapabilityLevel::Basic)).collect();
    for (name, level) in grants {
        let entry = all.entry(rules::normal_name("capability", name)?).or_insert(*level);
        *entry = (*entry).max(*level);
    }
    at_most("capabilities", all.len())?;
    Ok(all)
}

pub(super) async fn insert_grants(tx: &Tx, agent: Uuid, grants: BTreeMap<String, CapabilityLevel>) -> Result<()> {
    if grants.is_empty() {
        return Ok(());
    }
    let rows = grants.into_iter().map(|(capability, level)| {
        let row = granted::Model { agent_id: agent, capability, level, verified_at: None, created_at: tx.now };
        row.into_active_model().reset_all()
    });
    granted::Entity::insert_many(rows).exec_without_returning(&tx.conn).await?;
    Ok(())
}

pub(super) fn check_max_open(value: Option<i64>) -> Result<()> {
    match value {
        Some(given) if given < 1 => {
            let rule = "must be 1 or more (an agent that should get no work is made inactive)";
            Err(Error::invalid("max_open_assignments", given.to_string(), rule))
        }
        _ => Ok(()),
    }
}

pub(super) fn check_tools(tools: &[String]) -> Result<()> {
    at_most("tools", tools.len())?;
    tools.iter().try_for_each(|tool| rules::line("tool", tool))
}

/// A list as its JSON column holds it: no list is stored for an empty one.
pub(super) fn list(values: &[String]) -> Option<Value> {
    (!values.is_empty()).then(|| Value::from(values.to_vec()))
}

fn at_most(field: &'static str, count: usize) -> Result<()> {
    if count <= MOST {
        return Ok(());
    }
    Err(Error::invalid(field, count.to_string(), format!("must be at most {MOST}")))
}
