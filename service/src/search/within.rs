//! Where is looked, what is found, and in which state it is.

use std::fmt;

use callboard_entity::{DecisionStatus, WorkItemStatus};
use callboard_search::EntityType;
use serde::{Deserialize, Serialize};

/// Where is looked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Within {
    /// In the keys, titles and descriptions of items.
    Items,
    /// In the titles and texts of decisions.
    Decisions,
    /// In what is noted during the work: comments on items, notes of sessions, and checkpoints.
    Notes,
}

impl Within {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Items, Self::Decisions, Self::Notes];

    /// As commands name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Items => "items",
            Self::Decisions => "decisions",
            Self::Notes => "notes",
        }
    }

    pub(super) const fn holds(self, kind: EntityType) -> bool {
        match kind {
            EntityType::Item => matches!(self, Self::Items),
            EntityType::Decision => matches!(self, Self::Decisions),
            EntityType::Comment | EntityType::Note | EntityType::Checkpoint => matches!(self, Self::Notes),
        }
    }
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HitKind {
    /// An item.
    Item,
    /// A decision.
    Decision,
    /// A comment on an item.
    Comment,
    /// A note of a session.
    Note,
    /// A checkpoint of an item.
    Checkpoint,
}

impl HitKind {
    /// All of them.
    pub const ALL: &'static [Self] = &[Self::Item, Self::Decision, Self::Comment, Self::Note, Self::Checkpoint];

    /// As answers name it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Item => "item",
            Self::Decision => "decision",
            Self::Comment => "comment",
            Self::Note => "note",
            Self::Checkpoint => "checkpoint",
        }
    }
}

impl fmt::Display for HitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl From<EntityType> for HitKind {
    fn from(kind: EntityType) -> Self {
        match kind {
            EntityType::Item => Self::Item,
            EntityType::Decision => Self::Decision,
            EntityType::Comment => Self::Comment,
            EntityType::Note => Self::Note,
            EntityType::Checkpoint => Self::Checkpoint,
        }
    }
}

/// The state of an item or of a decision. They have no word in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum HitStatus {
    /// Of an item, or of the item that a note is about.
    Item(WorkItemStatus),
    /// Of a decision.
    Decision(DecisionStatus),
}

impl HitStatus {
    /// All of them.
    pub const ALL: &'static [Self] = &[
        Self::Item(WorkItemStatus::Backlog),
        Self::Item(WorkItemStatus::Todo),
        Self::Item(WorkItemStatus::InProgress),
        Self::Item(WorkItemStatus::Review),
        Self::Item(WorkItemStatus::Blocked),
        Self::Item(WorkItemStatus::Done),
        Self::Item(WorkItemStatus::Cancelled),
        Self::Decision(DecisionStatus::Proposed),
        Self::Decision(DecisionStatus::Accepted),
        Self::Decision(DecisionStatus::Superseded),
        Self::Decision(DecisionStatus::Rejected),
        Self::Decision(DecisionStatus::Reversed),
    ];

    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Item(status) => status.as_str(),
            Self::Decision(status) => status.as_str(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{DecisionStatus, HitStatus, WorkItemStatus};

    #[test]
    fn every_status_is_there_and_means_one_thing() {
        let words: BTreeSet<&str> = HitStatus::ALL.iter().map(|status| status.as_str()).collect();
        let own = WorkItemStatus::ALL.len() + DecisionStatus::ALL.len();
        assert_eq!((words.len(), HitStatus::ALL.len()), (own, own));
        for status in HitStatus::ALL {
            let written = serde_json::to_value(status).unwrap_or_default();
            assert_eq!(serde_json::from_value::<HitStatus>(written).ok().as_ref(), Some(status));
        }
    }
}
