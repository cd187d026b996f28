//! The fields of an item as callers give them, and their rules.

use std::collections::BTreeMap;

use callboard_entity::CapabilityLevel;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::error::{Error, Result};
use crate::rules;

/// One acceptance criterion of an item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criterion {
    /// What must be true; not empty.
    pub text: String,
    /// Whether it is.
    #[serde(default)]
    pub done: bool,
}

/// A capability that an item needs, and how well it must be mastered at least.
///
/// `tool/NAME` is met by a tool NAME of the agent's profile, whatever the level.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// Its name, such as `rust`: at most 64 characters, in lower case.
    pub capability: String,
    /// The lowest level that will do.
    pub level: CapabilityLevel,
}

impl From<(String, CapabilityLevel)> for Requirement {
    fn from((capability, level): (String, CapabilityLevel)) -> Self {
        Self { capability, level }
    }
}

/// The most requirements, tags or criteria of one item.
pub(crate) const MANY: usize = 100;
/// The largest number of hours that the column decimal(8,2) holds.
const MOST_HOURS: Decimal = Decimal::from_parts(99_999_999, 0, 0, false, 2);

pub(crate) fn title(value: &str) -> Result<String> {
    rules::line("title", value)?;
    Ok(value.trim().to_owned())
}

/// A text that may be left out; an empty one counts as left out.
pub(crate) fn text(field: &'static str, value: Option<&str>) -> Result<Option<String>> {
    let value = value.filter(|v| !v.trim().is_empty());
    value.map(|v| rules::text(field, v).map(|()| v.to_owned())).transpose()
}

pub(crate) fn priority(value: i64) -> Result<i64> {
    if (0..=4).contains(&value) {
        return Ok(value);
    }
    Err(Error::invalid("priority", value.to_string(), "must be 0 (most urgent) to 4"))
}

pub(crate) fn max_attempts(value: i64) -> Result<i64> {
    if (1..=1000).contains(&value) {
        return Ok(value);
    }
    Err(Error::invalid("max_attempts", value.to_string(), "must be 1 to 1000"))
}

/// Hours, rounded to the two decimals that are stored.
pub(crate) fn hours(field: &'static str, value: Decimal) -> Result<Decimal> {
    let rounded = value.round_dp(2);
    if rounded >= Decimal::ZERO && rounded <= MOST_HOURS {
        return Ok(rounded);
    }
    Err(Error::invalid(field, value.to_string(), format!("must be 0 to {MOST_HOURS} hours")))
}

pub(crate) fn criteria(values: &[Criterion]) -> Result<Option<Value>> {
    few("acceptance_criteria", values.len())?;
    for criterion in values {
        if criterion.text.trim().is_empty() {
            return Err(Error::invalid("acceptance_criteria", "", "a criterion must not be empty"));
        }
        rules::text("acceptance_criteria", &criterion.text)?;
    }
    let value = (!values.is_empty()).then(|| json!(values));
    value.iter().try_for_each(|v| rules::json("acceptance_criteria", v))?;
    Ok(value)
}

/// Tags in the order given, each once.
pub(crate) fn tags(values: &[String]) -> Result<Option<Value>> {
    few("tags", values.len())?;
    let mut tags: Vec<&str> = Vec::new();
    for tag in values {
        rules::name("tag", tag)?;
        if !tags.contains(&tag.as_str()) {
            tags.push(tag);
        }
    }
    Ok((!tags.is_empty()).then(|| json!(tags)))
}

/// Whatever else is known of an item: a JSON object.
pub(crate) fn metadata(value: Option<&Value>) -> Result<Option<Value>> {
    let Some(value) = value.filter(|v| !v.is_null()) else { return Ok(None) };
    if !value.is_object() {
        return Err(Error::invalid("metadata", value.to_string(), "must be a JSON object"));
    }
    rules::json("metadata", value)?;
    Ok(Some(value.clone()))
}

/// The requirements in canonical order: by capability, each once, at the highest level that was named.
pub(crate) fn requirements(values: &[Requirement]) -> Result<Vec<Requirement>> {
    few("requirements", values.len())?;
    let mut highest: BTreeMap<&str, CapabilityLevel> = BTreeMap::new();
    for requirement in values {
        rules::name("capability", &requirement.capability)?;
        let level = highest.entry(&requirement.capability).or_insert(requirement.level);
        *level = (*level).max(requirement.level);
    }
    let canonical =
        highest.into_iter().map(|(capability, level)| Requirement { capability: capability.to_owned(), level });
    Ok(canonical.collect())
}

/// `capability:level`, comma-separated, of canonical requirements: what the ready queue is ordered by.
pub(crate) fn requirement_key(canonical: &[Requirement]) -> String {
    let parts: Vec<String> = canonical.iter().map(|r| format!("{}:{}", r.capability, r.level.as_str())).collect();
    parts.join(",")
}

fn few(field: &'static str, count: usize) -> Result<()> {
    if count <= MANY {
        return Ok(());
    }
    Err(Error::invalid(field, count.to_string(), format!("must be at most {MANY}")))
}
