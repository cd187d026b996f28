//! Fails an assignment: the item is tried again after a pause, or becomes a dead letter.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ending::{self, Ending};
use super::outcome::Outcome;
use super::rows::{self, Fence};
use super::state::AssignmentEvent;
use super::{at_once, deadline};
use crate::db::{OnLane, Tx, Verb};
use crate::error::Result;
use crate::rules;

/// Fails a started or paused assignment. Failing what has failed is a success that changes nothing.
///
/// # Errors
/// `LeaseLost` once the assignment is not the open one any more, or its lease ran out; `Transition` where the machine
/// does not have the event; `Invalid` for an empty reason; `NotFound`.
///
/// # Example
/// ```no_run
/// use callboard_service::assignment::{Claim, Fail};
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let actor = board.actor("agent:coder").await?;
/// let claimed = board.run(actor, &Claim::one("coder")).await?.into_claimed()?.remove(0);
/// let reason = "the tests time out".to_owned();
/// let failed = board.run(actor, &Fail { assignment: claimed.assignment, reason, permanent: false }).await?;
/// match failed.item.available_at {
///     Some(at) => println!("{} may be tried again from {at}", failed.item.key),
///     None => println!("{} has used up its attempts", failed.item.key),
/// }
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Fail {
    /// The open assignment's id, as the claim gave it.
    pub assignment: Uuid,
    /// Kept in the item's ledger and in its digest of endings; must not be empty.
    pub reason: String,
    /// Another attempt would fail too: the item becomes a dead letter at once.
    pub permanent: bool,
}

impl Verb for Fail {
    type Output = Outcome;

    async fn apply(&self, tx: &Tx) -> Result<Outcome> {
        rules::reason(&self.reason)?;
        let own = [self.permanent.into(), deadline::jitter().into()];
        let what = at_once::Asked { assignment: self.assignment, reason: Some(&self.reason), own };
        let at_once = at_once::run(tx, tx.dialect.fail(), what).await?;
        if let Some((assignment, item)) = at_once {
            return Ok(Outcome::changed(assignment, item));
        }
        let held = rows::hold(tx, self.assignment).await?;
        let Fence::Go(_) = rows::fence(&held, AssignmentEvent::Fail)? else { return Ok(Outcome::already(held)) };
        let how = Ending::Failed { reason: self.reason.clone(), permanent: self.permanent };
        let (assignment, item) = ending::end(tx, &held, how).await?;
        Ok(Outcome::changed(assignment, item))
    }

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }
}
