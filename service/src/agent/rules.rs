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

/// Capabilities or tools in their stored form, each once, in the order given.
///
/// Tools have the form of capabilities, since items require one as `tool/NAME`.
pub(super) fn normal_names(field: &'static str, values: &[String]) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    for value in values {
        let name = rules::normal_name(field, value)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    at_most(field, names.len())?;
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
    at_most("capability", all.len())?;
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

/// A text that may be left out; an empty one counts as left out.
pub(super) fn description(value: Option<String>) -> Result<Option<String>> {
    let value = value.filter(|text| !text.trim().is_empty());
    value.as_deref().map_or(Ok(()), |text| rules::text("description", text))?;
    Ok(value)
}

/// A JSON object that may be left out.
pub(super) fn object(field: &'static str, value: Option<Value>) -> Result<Option<Value>> {
    let Some(value) = value.filter(|v| !v.is_null()) else { return Ok(None) };
    if !value.is_object() {
        return Err(Error::invalid(field, value.to_string(), "must be a JSON object"));
    }
    rules::json(field, &value)?;
    Ok(Some(value))
}

/// A list as its JSON column holds it: no list is stored for an empty one.
pub(super) fn list(values: &[String]) -> Option<Value> {
    (!values.is_empty()).then(|| Value::from(values.to_vec()))
}

fn at_most(field: &'static str, count: usize) -> Result<()> {
    if count <= MOST {
        return Ok(());
    }
    Err(Error::invalid(field, count.to_string(), format!("an agent has at most {MOST} of them")))
}
