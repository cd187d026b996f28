//! The settings of the maintenance: numbers by name, of which a setting may name some; the others keep their defaults.

use std::collections::BTreeMap;

use callboard_entity::WorkItemArchiveReason as Reason;
use serde_json::{Value, json};
use uuid::Uuid;

use super::known::Known;
use super::store;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::rules;

pub(super) const STALE_HOURS: &str = "stale_hours";
pub(super) const RETENTION_DAYS: &str = "retention_days";
pub(super) const CLEANUP_AFTER_DAYS: &str = "cleanup_after_days";
pub(super) const SESSION_IDLE_HOURS: &str = "session_idle_hours";

/// The settings of this file, in the order of lists.
pub(super) const KNOWN: [Known; 4] = [
    Known {
        key: STALE_HOURS,
        about: "after how many hours without activity held work is stale, by the agent's type: {\"tester\": 16, \"default\": 24}",
        per_project: true,
    },
    Known {
        key: RETENTION_DAYS,
        about: "how many days is kept what: {\"completed\": 90, \"stale\": 30, \"failed\": 60, \"orphaned\": 7} of archives, \"health_metrics\", \"maintenance_operations\"",
        per_project: true,
    },
    Known {
        key: CLEANUP_AFTER_DAYS,
        about: "after how many days without activity an item is archived, by reason: {\"completed\": 90, \"stale\": 30, \"failed\": 60, \"orphaned\": 7}",
        per_project: true,
    },
    Known {
        key: SESSION_IDLE_HOURS,
        about: "after how many hours without a sign of life a session is abandoned: 1 to 8760",
        per_project: true,
    },
];

/// The name of the threshold of agents whose type has none of its own.
const OTHERS: &str = "default";
const STALE: &[(&str, i64)] = &[
    ("researcher", 12),
    ("documenter", 8),
    ("reviewer", 6),
    ("tester", 16),
    ("debugger", 24),
    ("implementer", 48),
    ("architect", 72),
    (OTHERS, 24),
];
const ARCHIVES: [(&str, i64); 4] = [("completed", 90), ("stale", 30), ("failed", 60), ("orphaned", 7)];
const METRICS: &str = "health_metrics";
const OPERATIONS: &str = "maintenance_operations";
const OTHER_DAYS: i64 = 90;
const IDLE_HOURS: i64 = 72;
/// The most days, and hours, that a setting may name: ten years, and one.
const MOST_DAYS: i64 = 3650;
const MOST_HOURS: i64 = 8760;

/// After how many hours held work is stale, by the agent's type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StaleHours(BTreeMap<String, i64>);

impl StaleHours {
    /// The threshold of a type, in hours.
    pub fn of(&self, agent_type: &str) -> i64 {
        let own = self.0.get(&agent_type.to_lowercase());
        own.or_else(|| self.0.get(OTHERS)).copied().unwrap_or(24)
    }
}

/// Numbers of days by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Days(BTreeMap<String, i64>);

impl Days {
    /// Of items that go for this reason.
    pub fn of(&self, reason: Reason) -> i64 {
        self.named(reason.as_str())
    }

    /// The least of them: what is younger is let lie whatever it is.
    pub fn least(&self) -> i64 {
        self.0.values().copied().min().unwrap_or(1)
    }

    pub fn metrics(&self) -> i64 {
        self.named(METRICS)
    }

    pub fn operations(&self) -> i64 {
        self.named(OPERATIONS)
    }

    fn named(&self, name: &str) -> i64 {
        self.0.get(name).copied().unwrap_or(OTHER_DAYS)
    }
}

/// When held work is stale, in a project or on the board.
pub(crate) async fn stale_hours(tx: &Tx, project: Option<Uuid>) -> Result<StaleHours> {
    Ok(StaleHours(numbers(tx, STALE_HOURS, project, numbers_of(STALE)).await?))
}

/// How long what is gone is kept.
pub(crate) async fn retention(tx: &Tx, project: Option<Uuid>) -> Result<Days> {
    Ok(Days(numbers(tx, RETENTION_DAYS, project, retention_defaults()).await?))
}

/// How long an item is let lie before it is archived.
pub(crate) async fn cleanup_after(tx: &Tx, project: Option<Uuid>) -> Result<Days> {
    Ok(Days(numbers(tx, CLEANUP_AFTER_DAYS, project, numbers_of(&ARCHIVES)).await?))
}

/// How many hours a session may give no sign of life.
pub(crate) async fn session_idle_hours(tx: &Tx, project: Option<Uuid>) -> Result<i64> {
    match store::effective(tx, SESSION_IDLE_HOURS, project).await? {
        None => Ok(IDLE_HOURS),
        Some(row) => row.value.as_i64().ok_or_else(|| super::read::unreadable(&row.key, &row.value)),
    }
}

/// The defaults, over which the board's own numbers go, and then the project's.
async fn numbers(
    tx: &Tx,
    key: &str,
    project: Option<Uuid>,
    mut numbers: BTreeMap<String, i64>,
) -> Result<BTreeMap<String, i64>> {
    let mut scopes = vec![None];
    scopes.extend(project.map(Some));
    for scope in scopes {
        let Some(row) = store::row(tx, key, scope).await? else { continue };
        let own: BTreeMap<String, i64> =
            serde_json::from_value(row.value.clone()).map_err(|_| super::read::unreadable(&row.key, &row.value))?;
        numbers.extend(own);
    }
    Ok(numbers)
}

fn numbers_of(of: &[(&str, i64)]) -> BTreeMap<String, i64> {
    of.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect()
}

fn retention_defaults() -> BTreeMap<String, i64> {
    let mut all = numbers_of(&ARCHIVES);
    all.extend(numbers_of(&[(METRICS, OTHER_DAYS), (OPERATIONS, OTHER_DAYS)]));
    all
}

/// The value where none is set.
pub(super) fn default_value(key: &str) -> Option<Value> {
    match key {
        STALE_HOURS => Some(json!(numbers_of(STALE))),
        RETENTION_DAYS => Some(json!(retention_defaults())),
        CLEANUP_AFTER_DAYS => Some(json!(numbers_of(&ARCHIVES))),
        SESSION_IDLE_HOURS => Some(json!(IDLE_HOURS)),
        _ => None,
    }
}

/// Refuses a value that one of these settings cannot have; none where the key is another's.
pub(super) fn check(key: &str, value: &Value) -> Option<Result<()>> {
    let refuse = |rule: String| Err(Error::invalid("value", value.to_string(), format!("{key} {rule}")));
    let checked = match key {
        SESSION_IDLE_HOURS => match value.as_i64() {
            Some(1..=MOST_HOURS) => Ok(()),
            _ => refuse(format!("must be a whole number of hours from 1 to {MOST_HOURS}")),
        },
        STALE_HOURS => named_numbers(value, None, MOST_HOURS).map_or_else(
            |rule| refuse(format!("must name hours by agent types, such as {{\"tester\": 16}}: {rule}")),
            Ok,
        ),
        RETENTION_DAYS => named_numbers(value, Some(&retention_defaults()), MOST_DAYS)
            .map_or_else(|rule| refuse(format!("must name days, such as {{\"completed\": 90}}: {rule}")), Ok),
        CLEANUP_AFTER_DAYS => named_numbers(value, Some(&numbers_of(&ARCHIVES)), MOST_DAYS)
            .map_or_else(|rule| refuse(format!("must name days, such as {{\"completed\": 90}}: {rule}")), Ok),
        _ => return None,
    };
    Some(checked)
}

/// Zero is refused: what is kept for no time at all would be gone before anybody could restore it.
fn named_numbers(value: &Value, names: Option<&BTreeMap<String, i64>>, most: i64) -> Result<(), String> {
    let Some(map) = value.as_object() else { return Err("this is no JSON object".to_owned()) };
    for (name, number) in map {
        if let Some(names) = names.filter(|names| !names.contains_key(name)) {
            let known: Vec<&str> = names.keys().map(String::as_str).collect();
            return Err(format!("'{}' is none of {}", rules::escape(name), known.join(", ")));
        }
        if *name != name.to_lowercase() || name.is_empty() {
            return Err(format!("'{}' must be in lower case", rules::escape(name)));
        }
        match number.as_i64() {
            Some(n) if (1..=most).contains(&n) => {}
            _ => {
                return Err(format!("'{}' must be a whole number from 1 to {most}, not {number}", rules::escape(name)));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{
        CLEANUP_AFTER_DAYS, RETENTION_DAYS, SESSION_IDLE_HOURS, STALE, STALE_HOURS, StaleHours, check, numbers_of,
    };

    #[test]
    fn zero_and_unknown_names_are_refused() {
        let bad = [
            (RETENTION_DAYS, json!({"completed": 0})),
            (RETENTION_DAYS, json!({"complete": 10})),
            (RETENTION_DAYS, json!(90)),
            (RETENTION_DAYS, json!({"stale": 3651})),
            (CLEANUP_AFTER_DAYS, json!({"health_metrics": 10})),
            (CLEANUP_AFTER_DAYS, json!({"failed": -1})),
            (STALE_HOURS, json!({"Tester": 16})),
            (STALE_HOURS, json!({"tester": 1.5})),
            (SESSION_IDLE_HOURS, json!(0)),
        ];
        for (key, value) in bad {
            assert!(check(key, &value).is_some_and(|checked| checked.is_err()), "{key} {value}");
        }
        let good = [
            (RETENTION_DAYS, json!({"completed": 1, "health_metrics": 3650})),
            (CLEANUP_AFTER_DAYS, json!({})),
            (STALE_HOURS, json!({"backend-engineer": 36, "default": 12})),
            (SESSION_IDLE_HOURS, json!(8760)),
        ];
        for (key, value) in good {
            assert!(check(key, &value).is_some_and(|checked| checked.is_ok()), "{key} {value}");
        }
        assert!(check("lease_seconds", &json!(1)).is_none());
    }

    #[test]
    fn a_type_has_its_threshold_and_others_the_common_one() {
        let hours = StaleHours(numbers_of(STALE));
        let of = ["researcher", "documenter", "reviewer", "tester", "debugger", "implementer", "architect", "poet"];
        assert_eq!(of.map(|kind| hours.of(kind)), [12, 8, 6, 16, 24, 48, 72, 24]);
        assert_eq!(hours.of("Reviewer"), 6);
    }
}
