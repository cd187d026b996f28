//! Accepts a decision that was proposed.

use callboard_entity::DecisionStatus;
use serde::{Deserialize, Serialize};

use super::named::NamedDecision;
use super::state::DecisionEvent;
use super::write::{self, DecidedDecision};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Accepts a proposed decision, or one that was rejected before. One that is accepted already stays as it is.
///
/// # Errors
/// `NotFound`; `Transition` for one that was superseded or reversed: capture it anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AcceptDecision {
    /// Where a number is looked up; the default project where none is named.
    pub project: Option<Ref>,
    /// By number, key or id.
    pub decision: Ref,
}

impl Verb for AcceptDecision {
    type Output = DecidedDecision;

    async fn apply(&self, tx: &Tx) -> Result<DecidedDecision> {
        let (prefix, before) = write::lock_one(tx, self.project.as_ref(), &self.decision).await?;
        if before.status == DecisionStatus::Accepted {
            return Ok(DecidedDecision { decision: NamedDecision::new(&prefix, before), already: true });
        }
        let after = write::after(&prefix, &before, DecisionEvent::Accept)?;
        let after = write::update(tx, &before, after).await?;
        write::note(tx, &after, &prefix, after.status.as_str()).await?;
        Ok(DecidedDecision { decision: NamedDecision::new(&prefix, after), already: false })
    }
}
