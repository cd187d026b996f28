//! The settings that something reads, and what each may hold.

use callboard_entity::board_projects;
use serde_json::Value;

use super::upkeep;
use crate::assignment::deadline::{DEFAULT_LEASE_SECONDS, MAX_LEASE_SECONDS, MIN_LEASE_SECONDS};
use crate::checkpoint::{DEFAULT_KEPT, MAX_KEPT};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::health::check_thresholds;
use crate::id::Ref;
use crate::{project, rules, user};

/// A setting that something reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name, such as `lease_seconds`.
    pub key: &'static str,
    /// What it decides, in one line.
    pub about: &'static str,
    /// Whether a project may have a value of its own.
    pub per_project: bool,
}

pub(super) const DEFAULT_ACTOR: &str = "default_actor";
pub(super) const DEFAULT_PROJECT: &str = "default_project";
pub(super) const LEASE_SECONDS: &str = "lease_seconds";
pub(super) const CHECKPOINTS_KEPT: &str = "checkpoints_kept";
pub(super) const HEALTH_THRESHOLDS: &str = "health_thresholds";

/// Every setting there is.
pub const KEYS: &[Known] = &[
    Known {
        key: DEFAULT_ACTOR,
        about: "who acts where the command line names nobody: \"user:NAME\"",
        per_project: false,
    },
    Known {
        key: DEFAULT_PROJECT,
        about: "the slug of the project that is meant where none is named",
        per_project: false,
    },
    Known {
        key: LEASE_SECONDS,
        about: "how long a claim holds without a heartbeat, in seconds: 10 to 86400",
        per_project: true,
    },
    Known {
        key: CHECKPOINTS_KEPT,
        about: "how many checkpoints of an item are kept, the newest: 1 to 1000",
        per_project: true,
    },
    Known {
        key: HEALTH_THRESHOLDS,
        about: "what `callboard health` holds its metrics against, such as {\"stale_items\": 3}; null: only looked at",
        per_project: true,
    },
    upkeep::KNOWN[0],
    upkeep::KNOWN[1],
    upkeep::KNOWN[2],
    upkeep::KNOWN[3],
];

/// Finds a setting, or says which keys are near to the one that is not there.
pub(super) fn find(key: &str) -> Result<&'static Known> {
    KEYS.iter().find(|known| known.key == key).ok_or_else(|| {
        let near = rules::near(key, KEYS.iter().map(|known| known.key));
        Error::NotFound { entity: "setting", name: rules::escape(key), near }
    })
}

impl Known {
    /// The value where none is set.
    pub fn default_value(&self) -> Option<Value> {
        match self.key {
            LEASE_SECONDS => Some(Value::from(DEFAULT_LEASE_SECONDS)),
            CHECKPOINTS_KEPT => Some(Value::from(DEFAULT_KEPT)),
            key => upkeep::default_value(key),
        }
    }

    /// Refuses a project's own value of a setting that only the board has.
    pub(super) fn check_scope(&self, project: Option<&board_projects::Model>) -> Result<()> {
        match project {
            Some(project) if !self.per_project => {
                let rule = format!("{} is a setting of the whole board, not of a project", self.key);
                Err(Error::invalid("project", &*project.slug, rule))
            }
            _ => Ok(()),
        }
    }

    /// Refuses a value that the setting cannot have, or that names what is not there.
    pub(super) async fn check_value(&self, tx: &Tx, value: &Value) -> Result<()> {
        if let Some(checked) = upkeep::check(self.key, value) {
            return checked;
        }
        let refuse = |rule: &str| Err(Error::invalid("value", value.to_string(), format!("{} {rule}", self.key)));
        match self.key {
            DEFAULT_ACTOR => match value.as_str().and_then(|text| text.strip_prefix("user:")) {
                Some(name) => user::find(tx, &Ref::Name(name.to_owned())).await.map(|_| ()),
                None => refuse("must be a JSON string \"user:NAME\""),
            },
            DEFAULT_PROJECT => match value.as_str() {
                Some(slug) => project::find(tx, &Ref::Name(slug.to_owned())).await.map(|_| ()),
                None => refuse("must be a JSON string, the slug of a project"),
            },
            CHECKPOINTS_KEPT => match value.as_i64() {
                Some(1..=MAX_KEPT) => Ok(()),
                _ => refuse("must be a whole number from 1 to 1000"),
            },
            HEALTH_THRESHOLDS => check_thresholds(value)?.map_or(Ok(()), |rule| refuse(&rule)),
            _ => match value.as_i64() {
                Some(seconds) if (MIN_LEASE_SECONDS..=MAX_LEASE_SECONDS).contains(&seconds) => Ok(()),
                _ => refuse("must be a whole number of seconds from 10 to 86400"),
            },
        }
    }
}
