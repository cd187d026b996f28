//! Ends the open assignment of an item for another area's verb: cancelling the item, archiving the agent.

use callboard_entity::{task_assignments, work_items};

use super::ending::{self, Ending};
use super::rows;
use crate::db::Tx;
use crate::error::Result;

/// Cancels an open assignment; its item goes back to the queue.
pub(crate) async fn release(
    tx: &Tx,
    assignment: &task_assignments::Model,
    reason: &str,
) -> Result<(task_assignments::Model, work_items::Model)> {
    let held = rows::hold(tx, assignment.id).await?;
    ending::end(tx, &held, Ending::Cancelled { reason: reason.to_owned() }).await
}

/// Cancels an open assignment together with its item.
pub(crate) async fn release_cancelled(
    tx: &Tx,
    assignment: &task_assignments::Model,
    reason: &str,
) -> Result<(task_assignments::Model, work_items::Model)> {
    let held = rows::hold(tx, assignment.id).await?;
    ending::end(tx, &held, Ending::CancelledWithItem { reason: reason.to_owned() }).await
}
