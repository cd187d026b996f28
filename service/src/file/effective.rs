//! Which operation a file's state is due to. Pure.
//!
//! A path is in the state that the last operation left which wrote it: create and modify write the path, delete clears it,
//! move clears the path and writes the new one, copy writes the new one. A read writes nothing, so it never hides a write;
//! where nothing wrote the path, the last read says what it held then (a copy reads its original).

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use callboard_entity::{FileOperationOperation as Kind, FileOperationVerificationStatus as Status};
use sea_orm::FromQueryResult;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::look::Content;
use crate::clock::Timestamp;

/// The part of an operation that decides what is expected of its paths.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Step {
    /// The operation's row.
    pub id: Uuid,
    /// Whose item it was done for.
    pub work_item_id: Uuid,
    /// What was done.
    pub operation: Kind,
    /// Relative to the project's root.
    pub path: String,
    /// Where a move or copy led to.
    pub new_path: Option<String>,
    /// What was there afterwards.
    pub content_hash: Option<String>,
    /// In bytes.
    pub size_bytes: Option<i64>,
    /// When it was done.
    pub occurred_at: Timestamp,
    /// What the newest look at it found.
    pub verification_status: Status,
}

/// What should be found at a path.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "expected", rename_all = "snake_case")]
pub enum Expected {
    /// Nothing: it was deleted or moved away.
    Absent,
    /// The file that was written.
    Written {
        /// None for an operation that came without.
        content: Option<Content>,
    },
    /// The file that was read: others may have changed it since.
    Read {
        /// None for an operation that came without.
        content: Option<Content>,
    },
}

/// A path, the operation that its state is due to, and that state.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Effect {
    /// The operation's row.
    pub operation: Uuid,
    /// What should be found.
    #[serde(flatten)]
    pub expected: Expected,
}

/// What one operation does to the paths that it names: the path, and what is to be expected there afterwards.
pub fn touched(step: &Step) -> Vec<(&str, Expected)> {
    let content = || {
        let hash = step.content_hash.clone().zip(step.size_bytes);
        hash.map(|(content_hash, size_bytes)| Content { content_hash, size_bytes })
    };
    let written = || Expected::Written { content: content() };
    let read = || Expected::Read { content: content() };
    let path = step.path.as_str();
    let new = step.new_path.as_deref();
    match step.operation {
        Kind::Create | Kind::Modify => vec![(path, written())],
        Kind::Delete => vec![(path, Expected::Absent)],
        Kind::Read => vec![(path, read())],
        Kind::Move => std::iter::once((path, Expected::Absent)).chain(new.map(|new| (new, written()))).collect(),
        Kind::Copy => std::iter::once((path, read())).chain(new.map(|new| (new, written()))).collect(),
    }
}

/// The effect on each path that these operations name, whatever their order in the list.
///
/// Operations of one time follow each other by their ids, which rise within a process.
pub fn effective<'a>(steps: impl IntoIterator<Item = &'a Step>) -> BTreeMap<&'a str, Effect> {
    let mut steps: Vec<&Step> = steps.into_iter().collect();
    steps.sort_by_key(|step| Reverse((step.occurred_at, step.id)));
    let mut effects: BTreeMap<&str, Effect> = BTreeMap::new();
    for step in steps {
        for (path, expected) in touched(step) {
            // Newest first: the first write counts, or the first read until an older write is met.
            let hides = |effect: &Effect| {
                !matches!(effect.expected, Expected::Read { .. }) || matches!(expected, Expected::Read { .. })
            };
            if !effects.get(path).is_some_and(hides) {
                effects.insert(path, Effect { operation: step.id, expected });
            }
        }
    }
    effects
}

/// The operations of a list that no path's state is due to any more. `effects` has every path that they name.
pub fn superseded<'a, P>(steps: impl IntoIterator<Item = &'a Step>, effects: &BTreeMap<P, Effect>) -> Vec<&'a Step> {
    let lasting: BTreeSet<Uuid> = effects.values().map(|effect| effect.operation).collect();
    steps.into_iter().filter(|step| !lasting.contains(&step.id)).collect()
}
