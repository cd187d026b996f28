//! Completes an assignment and claims the next one, in one transaction.

use serde::{Deserialize, Serialize};

use super::claim::{Claim, ClaimOutcome};
use super::complete::{Complete, Completed};
use super::eligible;
use crate::db::{OnLane, Tx, Verb};
use crate::error::Result;

/// Completes, then claims. A refused completion claims nothing; finding nothing to claim is no refusal.
///
/// # Errors
/// As [`Complete`] and [`Claim`]; nothing is changed then.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CompleteAndClaim {
    /// What is completed first.
    pub complete: Complete,
    /// What is claimed then.
    pub claim: Claim,
}

/// What was completed, and what was claimed after it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CompletedAndClaimed {
    /// The completed assignment.
    pub completed: Completed,
    /// What was claimed; it may be nothing.
    pub next: ClaimOutcome,
}

impl Verb for CompleteAndClaim {
    type Output = CompletedAndClaimed;

    fn check(&self) -> Result<()> {
        self.complete.check()
    }

    async fn apply(&self, tx: &Tx) -> Result<CompletedAndClaimed> {
        // Agents are locked before items, always: the other way round, assigning the item meanwhile would be a deadlock.
        eligible::lock_agent(tx, &self.claim.agent).await?;
        let completed = self.complete.apply(tx).await?;
        let next = self.claim.apply(tx).await?;
        Ok(CompletedAndClaimed { completed, next })
    }

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }
}
