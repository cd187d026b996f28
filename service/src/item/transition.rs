//! One step of the item machine by hand: what may be done, and what comes with it.

use callboard_entity::{WorkItemAssigneeType, WorkItemDelegationStatus as Delegation, WorkItemStatus, work_items};
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use super::ledger::Entry;
use super::state::{self, ItemEvent};
use super::{find, held, write};
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::gate::{self, GateReport};
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
    /// What the gate had to tell, where the item was finished.
    #[serde(default, skip_serializing_if = "GateReport::is_empty")]
    pub gate: GateReport,
}

impl Moved {
    pub(crate) fn already(item: work_items::Model) -> Self {
        Self { item, already: true, unblocked: Vec::new(), held_dependents: Vec::new(), gate: GateReport::default() }
    }
}

/// What is known of a step beside its event.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Why<'a> {
    /// Kept in the ledger.
    pub reason: Option<&'a str>,
    /// Why it is finished although its gate may not be met.
    pub force: Option<&'a str>,
    /// The review by which it is accepted or rejected.
    pub review: Option<Uuid>,
}

/// Moves a locked item by hand.
///
/// Cancelling is [`super::CancelItem`]'s: it has to look at the dependents. Accepting and rejecting are a review's
/// ([`crate::review`]). Finishing meets the item's gate, and a strict one leads to a review.
///
/// # Errors
/// `Transition` naming the status and the event; `Held` while an assignment is open; `Inactive` for an archived item;
/// `Dead` for unblocking a dead letter; `Invalid` for blocking without a reason; `GateNotMet`.
pub(crate) async fn step(tx: &Tx, item: &work_items::Model, event: ItemEvent, why: Why<'_>) -> Result<Moved> {
    let Why { reason, force, review } = why;
    find::not_archived(item)?;
    check_reason(event, reason)?;
    if event.is_assignments() && !starts_epic(item, event) {
        return Err(refused(item, event.as_str()));
    }
    let status = write::next_status(item, event)?;
    held::refuse(tx, item).await?;
    let mut after = item.clone();
    after.status = status;
    let mut entry = Entry::new(kind(event)).reason(reason);
    let (mut reached, mut passed) = (None, None);
    match event {
        ItemEvent::Block => after.blocked_reason = reason.map(str::to_owned),
        ItemEvent::Unblock => {
            refuse_dead(item)?;
            after.blocked_reason = None;
        }
        ItemEvent::Accept => {
            after.completed_at = Some(tx.now);
            let level = gate::at_acceptance(tx, item).await?;
            entry = entry.data("gate", json!({ "level": level }));
            reached = Some(level);
        }
        ItemEvent::Finish => {
            let through = gate::pass(tx, item, gate::has_files(tx, item.id).await?, force).await?;
            if through.to_review {
                after.status = write::next_status(item, ItemEvent::Submit)?;
                entry = Entry::new(kind(ItemEvent::Submit)).reason(reason);
            } else {
                after.completed_at = Some(tx.now);
            }
            entry = through.entry(entry);
            reached = through.reached;
            passed = Some(through);
        }
        ItemEvent::Reject => {
            after.delegation_status = Delegation::Unassigned;
            // Its start raised the count; a rejected result costs no attempt.
            after.attempt_count = (item.attempt_count - 1).max(0);
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
    if let Some(review) = review {
        entry = entry.data("review", review.to_string());
    }
    let item = write::update(tx, item, after, entry).await?;
    let mut moved = Moved { already: false, ..Moved::already(item) };
    match event {
        ItemEvent::Accept | ItemEvent::Finish if moved.item.status == WorkItemStatus::Done => {
            moved.unblocked = prerequisite::satisfy(tx, moved.item.id, reached).await?;
        }
        ItemEvent::Reopen => moved.held_dependents = prerequisite::unsatisfy(tx, &moved.item).await?,
        _ => {}
    }
    if let Some(passed) = passed {
        passed.record(tx).await?;
        moved.gate = passed.report;
    }
    Ok(moved)
}

/// An epic is never assigned, so it is started by hand.
pub(super) fn starts_epic(item: &work_items::Model, event: ItemEvent) -> bool {
    item.r#type == callboard_entity::WorkItemType::Epic && event == ItemEvent::Start
}

/// The refusal of what the machine does not have, or not by hand.
pub(crate) fn refused(item: &work_items::Model, event: &str) -> Error {
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
        None if matches!(event, ItemEvent::Block | ItemEvent::Reject) => rules::reason(""),
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
