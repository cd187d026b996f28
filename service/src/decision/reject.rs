//! Rejects a decision that was proposed.

use callboard_entity::DecisionStatus;
use serde::{Deserialize, Serialize};

use super::fields;
use super::named::NamedDecision;
use super::state::DecisionEvent;
use super::write::{self, DecidedDecision};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Rejects a proposed decision. The reason is what came of it: it is added to its outcome.
///
/// One that is rejected already stays as it is.
///
/// # Errors
/// `NotFound`; `Transition` for one that is in force or was: that one is reversed by another decision; `Invalid` for a
/// reason above 1 MiB or with control characters.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RejectDecision {
    /// Where a number is looked up; the default project where none is named.
    pub project: Option<Ref>,
    /// By number, key or id.
    pub decision: Ref,
    /// Why it is not taken.
    pub reason: Option<String>,
}

impl Verb for RejectDecision {
    type Output = DecidedDecision;

    async fn apply(&self, tx: &Tx) -> Result<DecidedDecision> {
        let reason = fields::optional("reason", self.reason.as_deref())?;
        let (prefix, before) = write::lock_one(tx, self.project.as_ref(), &self.decision).await?;
        if before.status == DecisionStatus::Rejected {
            return Ok(DecidedDecision { decision: NamedDecision::new(&prefix, before), already: true });
        }
        let mut after = write::after(&prefix, &before, DecisionEvent::Reject)?;
        if let Some(reason) = reason {
            let told = match &before.outcome {
                Some(outcome) => format!("{outcome}\n\n{reason}"),
                None => reason,
            };
            after.outcome = fields::optional("outcome", Some(&told))?;
        }
        let after = write::update(tx, &before, after).await?;
        write::note(tx, &after, &prefix, after.status.as_str()).await?;
        Ok(DecidedDecision { decision: NamedDecision::new(&prefix, after), already: false })
    }
}
