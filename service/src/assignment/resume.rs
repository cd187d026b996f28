//! Resumes a paused assignment.

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

/// Resumes a paused assignment with a new lease. Resuming what runs is a success that changes nothing.
///
/// # Errors
/// `LeaseLost` once the assignment is not the open one any more, or its lease ran out; `Transition` where the machine
/// does not have the event; `Invalid` for a lease outside its limits; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Resume {
    /// The paused assignment's id.
    pub assignment: Uuid,
    /// 10 to 86,400; the board's setting (15 minutes) where none is named.
    pub lease_seconds: Option<i64>,
}

impl Verb for Resume {
    type Output = Outcome;

    async fn apply(&self, tx: &Tx) -> Result<Outcome> {
        let held = rows::hold(tx, self.assignment).await?;
        let Fence::Go(status) = rows::fence(&held, AssignmentEvent::Resume)? else { return Ok(Outcome::already(held)) };
        let lease = deadline::lease(tx, Some(held.item.project_id), self.lease_seconds).await?;
        let assignment = task_assignments::Model {
            status,
            lease_expires_at: deadline::until(&held.assignment, held.lease_now, lease),
            heartbeat_at: Some(held.lease_now),
            ..held.assignment.clone()
        };
        let assignment = rows::update(tx, &held.assignment, assignment).await?;
        let mut after = held.item.clone();
        after.delegation_status = WorkItemDelegationStatus::InProgress;
        after.blocked_reason = None;
        let entry = Entry::new("resumed").assignment(assignment.id, status.as_str());
        let item = write::update(tx, &held.item, after, entry).await?;
        Ok(Outcome::changed(assignment, item))
    }
}
