//! A sign of life: extends the lease of an open assignment.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::deadline;
use super::rows;
use crate::clock::{Timestamp, micros};
use crate::db::{OnLane, Tx, Verb};
use crate::error::Result;

/// Extends the lease of an assignment, counted from now; a deadline that lies further away stays. It writes no ledger row.
///
/// # Errors
/// `LeaseLost` once the assignment is not the open one any more, or its lease ran out; `Transition` for one that was
/// completed or failed; `Invalid` for a lease outside its limits; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Heartbeat {
    /// The open assignment's id, as the claim gave it.
    pub assignment: Uuid,
    /// 10 to 86,400; the board's setting (15 minutes) where none is named.
    pub lease_seconds: Option<i64>,
}

/// Until when the assignment is held now; people have no deadline.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lease {
    /// The assignment.
    pub assignment: Uuid,
    /// None for a person.
    pub lease_expires_at: Option<Timestamp>,
}

impl Verb for Heartbeat {
    type Output = Lease;

    async fn apply(&self, tx: &Tx) -> Result<Lease> {
        // The board's setting, not the project's: that would cost a read of the item at every heartbeat.
        let lease = deadline::lease(tx, None, self.lease_seconds).await?;
        let values =
            vec![self.assignment.into(), lease.num_seconds().into(), tx.now.into(), micros(tx.now + lease).into()];
        if let Some(lease_expires_at) = tx.row(tx.dialect.heartbeat(), values, |cells| cells.next()).await? {
            return Ok(Lease { assignment: self.assignment, lease_expires_at });
        }
        // Nothing was extended: say why.
        let held = rows::hold(tx, self.assignment).await?;
        Err(rows::lost(&held, "heartbeat").unwrap_or_else(|| rows::refused_as(&held, "heartbeat")))
    }

    fn on_lane(&self) -> Option<OnLane<Self::Output>> {
        Some(OnLane::new(self.clone()))
    }
}
