//! What `validation_criteria` holds: what a prerequisite of each type asks for, and what was found.

use callboard_entity::{TaskPrerequisiteType as Type, WorkItemQualityGateLevel as Level};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::edge::Row;
use crate::clock::Timestamp;
use crate::error::{Error, Result};

/// The JSON of a prerequisite. A completion has none.
///
/// ```json
/// {"command": "cargo test"}                                       a validation: what to run, where there is something
/// {"path": "docs/api.md", "content_hash": "ba78.."}               a file, and its SHA-256 where one is wanted
/// {"level": "enhanced"}                                           the gate that the item is to reach
/// ```
///
/// Beside it `evidence` and `failure` hold what was said by hand, each `{"text", "by", "at"}`, and `seen` what the last look
/// at a file found that was not the wanted one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Criteria {
    /// What somebody runs to confirm a validation; Callboard never runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
    /// Relative to the project's root.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// SHA-256 of the file that is waited for; any content will do where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content_hash: Option<String>,
    /// The level that the other item is to reach.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<Level>,
    /// By what it was satisfied, where somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Said>,
    /// Why it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub failure: Option<Said>,
    /// The file that was there, which was not the wanted one: it is not read again before it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen: Option<SeenFile>,
}

/// What somebody said of a prerequisite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    /// In their words.
    pub text: String,
    /// `agent:SLUG` or `user:NAME`.
    pub by: String,
    /// When.
    pub at: Timestamp,
}

/// A file of another content than the wanted one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeenFile {
    /// In bytes.
    pub size_bytes: i64,
    /// The times of its last changes, to compare with.
    pub changed: String,
    /// Its SHA-256.
    pub content_hash: String,
}

impl Criteria {
    /// Reads those of a prerequisite.
    ///
    /// # Errors
    /// `Stored`, naming the prerequisite, for JSON of another form.
    pub(crate) fn of(edge: &Row) -> Result<Self> {
        let stored = edge.validation_criteria.clone().unwrap_or_else(|| json!({}));
        let read: Self = serde_json::from_value(stored).map_err(|error| unreadable(edge, &error.to_string()))?;
        let lacks = match edge.prerequisite_type {
            Type::FileDependency if read.path.is_none() => Some("it has no path"),
            Type::QualityGate if read.level.is_none() => Some("it has no level"),
            Type::QualityGate if edge.prerequisite_id.is_none() => Some("it names no item"),
            _ => None,
        };
        lacks.map_or(Ok(read), |why| Err(unreadable(edge, why)))
    }

    /// As they are stored; none where there is nothing in them.
    pub(crate) fn stored(&self) -> Option<Value> {
        (*self != Self::default()).then(|| json!(self))
    }

    /// What is asked for, without what was found.
    pub(crate) fn asked(&self) -> Self {
        Self { evidence: None, failure: None, seen: None, ..self.clone() }
    }
}

fn unreadable(edge: &Row, why: &str) -> Error {
    Error::Stored { what: format!("criteria of the prerequisite '{}'", edge.description), why: why.to_owned() }
}
