//! Takes an item back from its holder. This is the board's verb: it asks for no lease.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ending::{self, Ending};
use super::outcome::Outcome;
use super::rows;
use super::state::{self, AssignmentEvent};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::rules;

/// Cancels an open assignment; its item goes back to the queue and no attempt is used up.
///
/// # Errors
/// `Transition` for an assignment that has ended otherwise; `Invalid` for an empty reason; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Cancel {
    /// The open assignment's id.
    pub assignment: Uuid,
    /// Kept in the item's ledger; must not be empty.
    pub reason: String,
}

impl Verb for Cancel {
    type Output = Outcome;

    async fn apply(&self, tx: &Tx) -> Result<Outcome> {
        rules::reason(&self.reason)?;
        let held = rows::hold(tx, self.assignment).await?;
        if rows::repeats(held.assignment.status, AssignmentEvent::Cancel) {
            return Ok(Outcome::already(held));
        }
        if state::next(held.assignment.status, AssignmentEvent::Cancel).is_none() {
            return Err(rows::refused(&held, AssignmentEvent::Cancel));
        }
        let (assignment, item) = ending::end(tx, &held, Ending::Cancelled { reason: self.reason.clone() }).await?;
        Ok(Outcome::changed(assignment, item))
    }
}
