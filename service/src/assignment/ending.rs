//! Ending an assignment, and what its end makes of the item: the table of the domain, in one place.

use callboard_entity::{
    TaskAssignmentStatus as Status, WorkItemDelegationStatus as Delegation, task_assignments, work_items,
};
use chrono::SecondsFormat;
use rust_decimal::Decimal;
use serde_json::{Value, json};

use super::deadline;
use super::rows::{self, Held};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::Result;
use crate::gate::Passed;
use crate::item::ledger::Entry;
use crate::item::state::ItemEvent;
use crate::item::write;

/// How many endings an item's `delegation_history` keeps.
const HISTORY: usize = 20;

/// How an assignment ends.
#[derive(Clone, Debug)]
pub(crate) enum Ending {
    Completed {
        notes: Option<String>,
        result: Option<Value>,
        hours: Option<Decimal>,
        /// What the item's gate said.
        passed: Box<Passed>,
    },
    /// `permanent`: no further attempt, whatever is left.
    Failed {
        reason: String,
        permanent: bool,
    },
    Expired,
    /// The item goes back to the queue.
    Cancelled {
        reason: String,
    },
    /// The item is cancelled with it.
    CancelledWithItem {
        reason: String,
    },
}

impl Ending {
    fn status(&self) -> Status {
        match self {
            Self::Completed { .. } => Status::Completed,
            Self::Failed { .. } => Status::Failed,
            Self::Expired => Status::Expired,
            Self::Cancelled { .. } | Self::CancelledWithItem { .. } => Status::Cancelled,
        }
    }

    fn kind(&self) -> &'static str {
        match self {
            Self::Completed { passed, .. } if passed.to_review => "submitted",
            Self::Completed { .. } => "completed",
            Self::Failed { .. } => "failed",
            Self::Expired => "expired",
            Self::Cancelled { .. } => "unassigned",
            Self::CancelledWithItem { .. } => "cancelled",
        }
    }

    fn reason(&self) -> Option<&str> {
        match self {
            Self::Completed { notes, .. } => notes.as_deref(),
            Self::Failed { reason, .. } | Self::Cancelled { reason } | Self::CancelledWithItem { reason } => {
                Some(reason)
            }
            Self::Expired => None,
        }
    }
}

/// Ends an open assignment and moves its item. The caller has checked that the machine has the pair.
///
/// Dependents of a completed item are the caller's: [`crate::prerequisite::satisfy`].
pub(crate) async fn end(tx: &Tx, held: &Held, ending: Ending) -> Result<(task_assignments::Model, work_items::Model)> {
    end_around(tx, held, ending, true).await
}

/// As [`end`]; `in_workflow` is false where no step of a workflow waits for the item.
pub(super) async fn end_around(
    tx: &Tx,
    held: &Held,
    ending: Ending,
    in_workflow: bool,
) -> Result<(task_assignments::Model, work_items::Model)> {
    let Held { assignment, item, lease_now } = held;
    let mut ended = assignment.clone();
    ended.status = ending.status();
    ended.completed_at = Some(tx.now);
    if let Some(reason) = ending.reason() {
        ended.notes = Some(reason.to_owned());
    }
    if let Ending::Completed { result: Some(result), .. } = &ending {
        ended.context = Some(with_result(ended.context.take(), result.clone()));
    }
    let ended = rows::update(tx, assignment, ended).await?;

    let mut after = item.clone();
    let mut entry = Entry::new(ending.kind()).reason(ending.reason()).assignment(ended.id, ended.status.as_str());
    match &ending {
        Ending::Completed { hours, passed, .. } => {
            after.actual_hours = hours.or(item.actual_hours);
            let event = if passed.to_review { ItemEvent::Submit } else { ItemEvent::Complete };
            after.status = write::next_status(item, event)?;
            after.delegation_status = Delegation::Completed;
            after.completed_at = (!passed.to_review).then_some(tx.now);
            entry = passed.entry(entry);
        }
        Ending::Failed { reason, permanent } => {
            let spent = *permanent || item.attempt_count >= item.max_attempts;
            give_back(item, &mut after, spent.then(|| format!("failed: {reason}")), tx)?;
            if !spent {
                after.available_at = Some(deadline::backoff(*lease_now, item.attempt_count.max(1)));
            }
        }
        Ending::Expired => {
            // The board acts here, whoever's call it was.
            entry = entry.by(Actor::SYSTEM);
            // An acceptance that ran out cost no attempt, and so uses none up.
            let spent = assignment.started_at.is_some() && item.attempt_count >= item.max_attempts;
            let why = format!("the lease of attempt {} ran out", assignment.attempt);
            give_back(item, &mut after, spent.then_some(why), tx)?;
            if !spent {
                after.available_at = Some(deadline::backoff(*lease_now, item.attempt_count.max(1)));
            }
            if let Some(end) = assignment.lease_expires_at {
                entry = entry.data("lease_expired_at", end.to_rfc3339_opts(SecondsFormat::Micros, true));
            }
        }
        Ending::Cancelled { .. } => {
            give_back(item, &mut after, None, tx)?;
            // Its start raised the count, and being taken back costs the item no attempt.
            after.attempt_count -= i64::from(assignment.started_at.is_some());
        }
        Ending::CancelledWithItem { .. } => {
            after.status = write::next_status(item, ItemEvent::Cancel)?;
            after.delegation_status = Delegation::Cancelled;
            after.assignee_type = None;
            after.assignee_id = None;
            after.blocked_reason = None;
        }
    }
    after.delegation_history = Some(history(item, &ended));
    let item = if in_workflow {
        write::update(tx, item, after, entry).await?
    } else {
        write::update_alone(tx, item, after, entry).await?
    };
    Ok((ended, item))
}

/// The item returns to the queue or, with a reason, becomes a dead letter.
fn give_back(item: &work_items::Model, after: &mut work_items::Model, dead: Option<String>, tx: &Tx) -> Result<()> {
    after.assignee_type = None;
    after.assignee_id = None;
    match dead {
        None => {
            after.status = write::next_status(item, ItemEvent::Release)?;
            after.delegation_status = Delegation::Unassigned;
            // What a pause waited for went with it.
            after.blocked_reason = None;
        }
        Some(reason) => {
            after.status = write::next_status(item, ItemEvent::Exhaust)?;
            after.delegation_status = Delegation::Blocked;
            after.dead_at = Some(tx.now);
            after.blocked_reason = Some(reason);
        }
    }
    Ok(())
}

fn history(item: &work_items::Model, ended: &task_assignments::Model) -> Value {
    let entry = json!({
        "assignment": ended.id,
        "agent": ended.agent_id,
        "user": ended.user_id,
        "attempt": ended.attempt,
        "status": ended.status,
        "at": ended.completed_at,
        "notes": ended.notes.as_deref().map(|n| n.chars().take(200).collect::<String>()),
    });
    let older = item.delegation_history.as_ref().and_then(Value::as_array).into_iter().flatten().cloned();
    Value::Array(std::iter::once(entry).chain(older).take(HISTORY).collect())
}

fn with_result(context: Option<Value>, result: Value) -> Value {
    let mut map = match context {
        Some(Value::Object(map)) => map,
        _ => serde_json::Map::new(),
    };
    map.insert("result".to_owned(), result);
    Value::Object(map)
}
