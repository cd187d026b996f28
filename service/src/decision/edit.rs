//! Changes what became of a decision.

use callboard_entity::{DecisionImpact, DecisionImplementationStatus, board_decisions as decisions};
use serde::{Deserialize, Serialize};

use super::fields;
use super::named::NamedDecision;
use super::write;
use crate::change::Change;
use crate::clock::{Timestamp, micros};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Changes what became of a decision; what is not named stays. What was decided, and why, is never edited: another
/// decision supersedes, refines, reverses or clarifies it ([`super::EvolveDecision`]).
///
/// # Errors
/// `NotFound`; `Invalid` for a text above 1 MiB or with control characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EditDecision {
    /// Where a number is looked up; the default project where none is named.
    pub project: Option<Ref>,
    /// By number, key or id.
    pub decision: Ref,
    /// How far it is carried out.
    pub implementation_status: Option<DecisionImplementationStatus>,
    /// How much depends on it, as is seen now.
    pub impact: Option<DecisionImpact>,
    /// What came of it; at most 1 MiB.
    pub outcome: Change<String>,
    /// What was learnt from it; at most 1 MiB.
    pub lessons: Change<String>,
    /// When it should be looked at again; lists call it due from then on.
    pub review_at: Change<Timestamp>,
}

/// A decision after an edit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EditedDecision {
    /// As it is now.
    #[serde(flatten)]
    pub decision: NamedDecision,
    /// Whether anything is not as it was.
    pub changed: bool,
}

impl EditDecision {
    /// An edit that changes nothing yet.
    pub fn new(decision: impl Into<Ref>) -> Self {
        Self {
            project: None,
            decision: decision.into(),
            implementation_status: None,
            impact: None,
            outcome: Change::Keep,
            lessons: Change::Keep,
            review_at: Change::Keep,
        }
    }

    fn applied(&self, before: &decisions::Model) -> Result<decisions::Model> {
        let mut after = before.clone();
        after.implementation_status = self.implementation_status.unwrap_or(before.implementation_status);
        after.impact = self.impact.unwrap_or(before.impact);
        // What stays is not looked at: it may have been written by another program.
        if let Some(text) = self.outcome.given() {
            fields::optional("outcome", Some(text))?.clone_into(&mut after.outcome);
        } else {
            after.outcome = self.outcome.of(before.outcome.clone());
        }
        if let Some(text) = self.lessons.given() {
            fields::optional("lessons", Some(text))?.clone_into(&mut after.lessons);
        } else {
            after.lessons = self.lessons.of(before.lessons.clone());
        }
        after.review_at = self.review_at.of(before.review_at).map(micros);
        Ok(after)
    }
}

impl Verb for EditDecision {
    type Output = EditedDecision;

    async fn apply(&self, tx: &Tx) -> Result<EditedDecision> {
        let (prefix, before) = write::lock_one(tx, self.project.as_ref(), &self.decision).await?;
        let after = self.applied(&before)?;
        if after == before {
            return Ok(EditedDecision { decision: NamedDecision::new(&prefix, before), changed: false });
        }
        let after = write::update(tx, &before, after).await?;
        write::note(tx, &after, &prefix, "edited").await?;
        Ok(EditedDecision { decision: NamedDecision::new(&prefix, after), changed: true })
    }
}
