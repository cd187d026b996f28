//! Brings the item of a workflow's step back to the queue for the step's next attempt.

use callboard_entity::{WorkItemAssigneeType, WorkItemDelegationStatus, WorkItemStatus as Status, work_items};

use super::ledger::Entry;
use super::state::ItemEvent;
use super::write;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;
use crate::prerequisite;

/// Makes a finished or dead item todo again, with all its attempts; nobody can claim it before `not_before`.
///
/// As when it is reopened by hand, what its completion had satisfied waits again.
pub(crate) async fn revive(
    tx: &Tx,
    item: &work_items::Model,
    reason: &str,
    not_before: Option<Timestamp>,
) -> Result<work_items::Model> {
    let finished = matches!(item.status, Status::Done | Status::Cancelled);
    let event = if finished { ItemEvent::Reopen } else { ItemEvent::Unblock };
    let mut after = item.clone();
    after.status = write::next_status(item, event)?;
    after.delegation_status = WorkItemDelegationStatus::Unassigned;
    (after.completed_at, after.dead_at, after.blocked_reason) = (None, None, None);
    after.attempt_count = 0;
    after.available_at = not_before;
    if after.assignee_type == Some(WorkItemAssigneeType::Agent) {
        (after.assignee_type, after.assignee_id) = (None, None);
    }
    let kind = if finished { "reopened" } else { "retried" };
    let revived = write::update(tx, item, after, Entry::new(kind).reason(Some(reason))).await?;
    if item.status == Status::Done {
        prerequisite::unsatisfy(tx, &revived).await?;
    }
    Ok(revived)
}
