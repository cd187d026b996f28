//! Pauses an assignment: its holder keeps the item, but waits for something.

use callboard_entity::{WorkItemDelegationStatus, task_assignments};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::deadline;
use super::outcome::Outcome;
use super::rows::{self, Fence};
use super::state::AssignmentEvent;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::item::ledger::Entry;
use crate::item::write;
use crate::rules;

/// Pauses a started assignment. Pausing what is paused is a success that changes nothing.
///
/// # Errors
/// `LeaseLost` once the assignment is not the open one any more, or its lease ran out; `Transition` where the machine
/// does not have the event; `Invalid` for an empty reason, and for a deadline outside its limits; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pause {
    /// The open assignment's id, as the claim gave it.
    pub assignment: Uuid,
    /// What it waits for.
    pub reason: String,
    /// 10 seconds to 30 days; 24 hours where none is named. Then the item goes back to the queue.
    pub deadline_seconds: Option<i64>,
}

impl Verb for Pause {
    type Output = Outcome;

    async fn apply(&self, tx: &Tx) -> Result<Outcome> {
        rules::reason(&self.reason)?;
        let wait = deadline::wait(self.deadline_seconds)?;
        let held = rows::hold(tx, self.assignment).await?;
        let Fence::Go(status) = rows::fence(&held, AssignmentEvent::Pause)? else { return Ok(Outcome::already(held)) };
        let assignment = task_assignments::Model {
            status,
            lease_expires_at: deadline::until(&held.assignment, held.lease_now, wait),
            heartbeat_at: Some(held.lease_now),
            ..held.assignment.clone()
        };
        let assignment = rows::update(tx, &held.assignment, assignment).await?;
        let mut after = held.item.clone();
        after.delegation_status = WorkItemDelegationStatus::Blocked;
        after.blocked_reason = Some(self.reason.clone());
        let entry = Entry::new("paused").reason(Some(&self.reason)).assignment(assignment.id, status.as_str());
        let item = write::update(tx, &held.item, after, entry).await?;
        Ok(Outcome::changed(assignment, item))
    }
}
