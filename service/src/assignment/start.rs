//! Starts what was assigned: the first start of it is an attempt.

use callboard_entity::{WorkItemDelegationStatus, task_assignments};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::outcome::Outcome;
use super::rows::{self, Fence};
use super::state::AssignmentEvent;
use super::{at_once, deadline};
use crate::db::{OnLane, Tx, Verb};
use crate::error::Result;
use crate::item::ledger::Entry;
use crate::item::state::ItemEvent;
use crate::item::write;

/// Starts an assignment. Starting what is started is a success that changes nothing.
///
/// # Errors
/// `LeaseLost` once the assignment is not the open one any more, or its lease ran out; `Transition` where the machine
/// does not have the event; `Invalid` for a lease outside its limits; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Start {
    /// The assigned assignment's id.
    pub assignment: Uuid,
    /// 10 to 86,400; the board's setting (15 minutes) where none is named.
    pub lease_seconds: Option<i64>,
}

impl Verb for Start {
    type Output = Outcome;

    async fn apply(&self, tx: &Tx) -> Result<Outcome> {
        // Where no lease is named it is the project's, and the item must be read first.
        if self.lease_seconds.is_some() {
            let lease = deadline::lease(tx, None, self.lease_seconds).await?;
            let own = [(lease.num_seconds() as f64).into(), Option::<bool>::None.into()];
            let what = at_once::Asked { assignment: self.assignment, reason: None, own };
            let at_once = at_once::run(tx, tx.dialect.start(), what).await?;
            if let Some((assignment, item)) = at_once {
                return Ok(Outcome::changed(assignment, item));
            }
        }
        let held = rows::hold(tx, self.assignment).await?;
        let Fence::Go(status) = rows::fence(&held, AssignmentEvent::Start)? else { return Ok(Outcome::already(held)) };
        let lease = deadline::lease(tx, Some(held.item.project_id), self.lease_seconds).await?;
        let attempt = held.item.attempt_count + 1;
        let assignment = task_assignments::Model {
            status,
            started_at: Some(tx.now),
            attempt,
            lease_expires_at: deadline::until(&held.assignment, held.lease_now, lease),
            heartbeat_at: Some(held.lease_now),
            ..held.assignment.clone()
        };
        let assignment = rows::update(tx, &held.assignment, assignment).await?;
        let mut after = held.item.clone();
        after.status = write::next_status(&held.item, ItemEvent::Start)?;
        after.delegation_status = WorkItemDelegationStatus::InProgress;
        after.attempt_count = attempt;
        let entry = Entry::new("started").assignment(assignment.id, status.as_str());
        let item = write::update(tx, &held.item, after, entry).await?;
        Ok(Outcome::changed(assignment, item))
    }

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }
}
