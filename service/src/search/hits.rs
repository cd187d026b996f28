//! What is shown of a document that was found. Pure.

use callboard_entity::{DecisionStatus, WorkItemStatus};
use callboard_search::EntityType;
use sea_orm::ActiveEnum;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::rank::Ranked;
use super::snippet::snippet;
use super::term::Term;
use super::within::{HitKind, HitStatus};
use crate::clock::Timestamp;
use crate::decision;
use crate::error::{Error, Result};

/// One that was found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Its place in the whole answer: 1 is the best.
    pub rank: u64,
    /// What it is.
    pub kind: HitKind,
    /// The row's.
    pub id: Uuid,
    /// Of an item or a decision its own; of a comment or a checkpoint that of its item; of a note that of its session.
    pub key: String,
    /// Of an item or a decision its own, else that of the item that it is about. A note may be about none.
    pub title: Option<String>,
    /// About 160 characters of its text, on one line, where the words stand; the beginning where only the title or key
    /// has them.
    pub snippet: String,
    /// The slug of its project; none of a note whose session belongs to no project.
    pub project: Option<String>,
    /// Its own, else that of the item that it is about.
    pub status: Option<HitStatus>,
    /// The item itself, or the one that it is about, is archived.
    pub archived: bool,
    /// When the item or decision was last changed, or when the note was written.
    pub changed_at: Timestamp,
}

/// The hit of a document that has a place in the answer.
pub(super) fn hit(ranked: Ranked, rank: u64, terms: &[Term]) -> Result<Hit> {
    let Ranked { kind, document, .. } = ranked;
    let stored = |why: String| Error::Stored { what: format!("{} {}", kind.as_str(), document.key), why };
    let status = match (kind, &document.status) {
        (_, None) => None,
        (EntityType::Decision, Some(word)) => {
            let status = DecisionStatus::try_from_value(word).map_err(|error| stored(error.to_string()))?;
            Some(HitStatus::Decision(status))
        }
        (_, Some(word)) => {
            let status = WorkItemStatus::try_from_value(word).map_err(|error| stored(error.to_string()))?;
            Some(HitStatus::Item(status))
        }
    };
    let key = match kind {
        EntityType::Decision => {
            let number = document.key.parse().map_err(|_| stored("its number is none".to_owned()))?;
            decision::key(document.key_prefix.as_deref().unwrap_or_default(), number)
        }
        _ => document.key,
    };
    Ok(Hit {
        rank,
        kind: kind.into(),
        id: document.entity_id,
        key,
        title: document.title,
        snippet: snippet(document.text.as_deref().unwrap_or_default(), terms),
        project: document.project,
        status,
        archived: document.is_archived,
        changed_at: document.changed_at,
    })
}
