//! One step of the item machine by hand: what may be done, and what comes with it.

use callboard_entity::{WorkItemAssigneeType, WorkItemDelegationStatus as Delegation, work_items};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ledger::Entry;
use super::state::{self, ItemEvent};
use super::{find, held, write};
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::{prerequisite, rules};

/// An item after it was moved by hand.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Moved {
    /// As it is now.
    pub item: work_items::Model,
    /// The item stood there before: nothing was changed.
    pub already: bool,
    /// Items that wait for nothing more, since this one is done.
    pub unblocked: Vec<Uuid>,
    /// Items that are worked on although this one, which they waited for, was reopened; their ledgers hold a warning.
    pub held_dependents: Vec<Uuid>,
}

impl Moved {
    pub(super) fn already(item: work_items::Model) -> Self {
        Self { item, already: true, unblocked: Vec::new(), held_dependents: Vec::new() }
    }
}

/// Moves a locked item by hand.
///
/// Cancelling is [`super::CancelItem`]'s: it has to look at the dependents.
///
/// # Errors
/// `Transition` naming the status and the event; `Held` while an assignment is open; `Inactive` for an archived item;
/// `Dead` for unblocking a dead letter; `Invalid` for blocking without a reason.
pub(super) async fn step(tx: &Tx, item: &work_items::Model, event: ItemEvent, reason: Option<&str>) -> Result<Moved> {
    find::not_archived(item)?;
    check_reason(event, reason)?;
    if event.is_assignments() && !starts_epic(item, event) {
        return Err(refused(item, event.as_str()));
    }
    let status = write::next_status(item, event)?;
    held::refuse(tx, item).await?;
    let mut after = item.clone();
    after.status = status;
    match event {
        ItemEvent::Block => after.blocked_reason = reason.map(str::to_owned),
        ItemEvent::Unblock => {
            refuse_dead(item)?;
            after.blocked_reason = None;
        }
        ItemEvent::Accept | ItemEvent::Finish => after.completed_at = Some(tx.now),
        ItemEvent::Reject => {
            after.delegation_status = Delegation::Unassigned;
            back_to_queue(&mut after);
        }
        ItemEvent::Reopen => {
            after.delegation_status = Delegation::Unassigned;
            after.completed_at = None;
            after.attempt_count = 0;
            after.available_at = None;
            back_to_queue(&mut after);
        }
        _ => {}
    }
    let item = write::update(tx, item, after, Entry::new(kind(event)).reason(reason)).await?;
    let mut moved = Moved { item, already: false, unblocked: Vec::new(), held_dependents: Vec::new() };
    match event {
        ItemEvent::Accept | ItemEvent::Finish => moved.unblocked = prerequisite::satisfy(tx, moved.item.id).await?,
        ItemEvent::Reopen => moved.held_dependents = prerequisite::unsatisfy(tx, &moved.item).await?,
        _ => {}
    }
    Ok(moved)
}

/// An epic is never assigned, so it is started by hand.
pub(super) fn starts_epic(item: &work_items::Model, event: ItemEvent) -> bool {
    item.r#type == callboard_entity::WorkItemType::Epic && event == ItemEvent::Start
}

/// The refusal of what the machine does not have, or not by hand.
pub(super) fn refused(item: &work_items::Model, event: &str) -> Error {
    Error::Transition {
        entity: "item",
        name: item.key.clone(),
        from: item.status.as_str().to_owned(),
        event: event.to_owned(),
        allowed: state::possible(item.status),
    }
}

/// Whoever worked on it is done with it, so anybody may take it; what is set aside for a person stays theirs.
fn back_to_queue(after: &mut work_items::Model) {
    if after.assignee_type == Some(WorkItemAssigneeType::Agent) {
        (after.assignee_type, after.assignee_id) = (None, None);
    }
}

fn refuse_dead(item: &work_items::Model) -> Result<()> {
    if item.dead_at.is_none() {
        return Ok(());
    }
    let reason = item.blocked_reason.clone().unwrap_or_default();
    Err(Conflict::Dead { item: item.key.clone(), reason }.into())
}

fn check_reason(event: ItemEvent, reason: Option<&str>) -> Result<()> {
    match reason {
        Some(text) => rules::reason(text),
        None if event == ItemEvent::Block => rules::reason(""),
        None => Ok(()),
    }
}

/// How the ledger names what happened.
fn kind(event: ItemEvent) -> &'static str {
    match event {
        ItemEvent::Ready => "readied",
        ItemEvent::Defer => "deferred",
        ItemEvent::Block => "blocked",
        ItemEvent::Unblock => "unblocked",
        ItemEvent::Accept => "accepted",
        ItemEvent::Reject => "rejected",
        ItemEvent::Cancel => "cancelled",
        ItemEvent::Reopen => "reopened",
        ItemEvent::Stop => "stopped",
        ItemEvent::Finish => "finished",
        ItemEvent::Start => "started",
        ItemEvent::Complete => "completed",
        ItemEvent::Submit => "submitted",
        ItemEvent::Release => "released",
        ItemEvent::Exhaust => "exhausted",
    }
}
