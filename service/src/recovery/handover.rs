//! Hands an item over: to an agent, or to whoever takes it next.

use callboard_entity::{MessageKind, task_assignments, work_items};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::fit;
use super::package::RecoveryPackage;
use super::recover::{self, HANDOVER};
use crate::assignment::release::release;
use crate::assignment::{self, Holder, Reassign, rows as assignments, state};
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::{self, Ref};
use crate::item::ledger::Entry;
use crate::item::{self, state as item_state, write};
use crate::message::{MessageBody, rows as messages};

/// What the verb is called in refusals.
const HAND_OVER: &str = "handover";
/// How much of the note the ledger and the ended assignment keep, in characters; the message has all of it.
const NOTED: usize = 500;

/// Gives an item from the one who has it to another agent, or back to the queue, with all that the next one needs: in
/// one transaction the assignment, a message and the recovery package. It costs no attempt.
///
/// The message is in the inbox of the agent to whom the item goes; one to nobody in particular in that of whoever holds
/// the item next, whose claim also brings the package as it is then.
///
/// # Errors
/// As [`Reassign`]; `LeaseLost` where `assignment` is named and is not the open one any more, or its lease ran out;
/// `Transition` for a finished item; `Conflict` for an archived one; `Invalid` for an empty note, a note above 1 MiB, an
/// assignment of another item, and a budget outside 1,500 to 1,000,000; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct HandOver {
    /// By key or id.
    pub item: Ref,
    /// The agent that goes on, by slug or id; whoever takes the item next where none is named.
    pub to: Option<Ref>,
    /// What the next one has to know: 1 byte to 1 MiB.
    pub note: String,
    /// The holder's own open assignment, which makes this the holder's write; else it is the board's.
    pub assignment: Option<Uuid>,
    /// How long the agent has to start, as in [`crate::assignment::Assign`].
    pub accept_seconds: Option<i64>,
    /// Of the package, in tokens, as in [`super::Recover`].
    pub budget: Option<u64>,
}

impl HandOver {
    /// To whoever takes the item next.
    pub fn of(item: impl Into<Ref>, note: impl Into<String>) -> Self {
        Self { item: item.into(), to: None, note: note.into(), assignment: None, accept_seconds: None, budget: None }
    }
}

/// What was handed over, and to whom.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HandedOver {
    /// The message, which holds the package.
    pub message: Uuid,
    /// As it is now.
    pub item: work_items::Model,
    /// The new assignment; none where nobody in particular is to go on.
    pub assignment: Option<task_assignments::Model>,
    /// The assignment that ended by it; none where nobody held the item.
    pub released: Option<Uuid>,
    /// What the next one gets.
    pub package: RecoveryPackage,
}

impl Verb for HandOver {
    type Output = HandedOver;

    async fn apply(&self, tx: &Tx) -> Result<HandedOver> {
        let budget = fit::budget(self.budget)?;
        let mut body = MessageBody { subject: None, text: self.note.clone(), broadcast: None, package: None };
        body.check()?;
        // Agents are locked before items, always.
        let to = match &self.to {
            Some(name) => Some(assignment::lock_agent(tx, name).await?),
            None => None,
        };
        let before = item::lock(tx, &self.item).await?;
        self.check(tx, &before).await?;
        let open = assignments::open_of(tx, &before).await?;
        let reason: String = self.note.chars().take(NOTED).collect();
        let (item, assignment) = match &to {
            Some(agent) => {
                let reassign = Reassign {
                    item: Ref::Id(before.id),
                    holder: Holder::Agent(Ref::Id(agent.id)),
                    reason: reason.clone(),
                    accept_seconds: self.accept_seconds,
                };
                let assigned = reassign.apply(tx).await?;
                (assigned.item, Some(assigned.assignment))
            }
            None => (give_back(tx, before, open.as_ref(), &reason).await?, None),
        };
        let message = id::new();
        let mut after = item.clone();
        after.delegation_context = Some(with_handover(item.delegation_context.clone(), message));
        let entry = Entry::new("handed_over").reason(Some(&reason)).data("message", json!(message));
        let item = write::update(tx, &item, after, entry).await?;

        let package = recover::build(tx, &item, budget, assignment.as_ref().map(|a| a.id)).await?;
        let packed = serde_json::to_value(&package);
        body.package =
            Some(packed.map_err(|e| Error::Stored { what: "a recovery package".to_owned(), why: e.to_string() })?);
        let envelope = messages::Envelope {
            project: item.project_id,
            thread: None,
            kind: MessageKind::Handover,
            item: Some(item.id),
            first: Some(message),
        };
        messages::insert(tx, envelope, &body, &[to.map(|agent| agent.id)]).await?;
        Ok(HandedOver { message, item, assignment, released: open.map(|open| open.id), package })
    }
}

impl HandOver {
    /// Whether the item can be handed over, and by the one who does it.
    async fn check(&self, tx: &Tx, item: &work_items::Model) -> Result<()> {
        item::not_archived(item)?;
        if item_state::FINISHED.contains(&item.status) {
            return Err(Error::Transition {
                entity: "item",
                name: item.key.clone(),
                from: item.status.as_str().to_owned(),
                event: HAND_OVER.to_owned(),
                allowed: item_state::possible(item.status),
            });
        }
        let Some(id) = self.assignment else { return Ok(()) };
        let held = assignments::hold(tx, id).await?;
        if held.item.id != item.id {
            let rule = format!("must be an assignment of {}: this one is of {}", item.key, held.item.key);
            return Err(Error::invalid("assignment", id.to_string(), rule));
        }
        if let Some(lost) = assignments::lost(&held, HAND_OVER) {
            return Err(lost);
        }
        if !state::OPEN.contains(&held.assignment.status) {
            return Err(assignments::refused_as(&held, HAND_OVER));
        }
        Ok(())
    }
}

/// The item goes back to the queue, whoever holds it or has it set aside.
async fn give_back(
    tx: &Tx,
    item: work_items::Model,
    open: Option<&task_assignments::Model>,
    reason: &str,
) -> Result<work_items::Model> {
    if let Some(open) = open {
        return Ok(release(tx, open, reason).await?.1);
    }
    if item.assignee_id.is_none() {
        return Ok(item);
    }
    let mut after = item.clone();
    after.assignee_type = None;
    after.assignee_id = None;
    write::update(tx, &item, after, Entry::new("unassigned").reason(Some(reason))).await
}

/// The context that was given with the item, with the message beside it: a claim sees by it that there is one.
fn with_handover(context: Option<Value>, message: Uuid) -> Value {
    let mut map = match context {
        Some(Value::Object(map)) => map,
        Some(other) => Map::from_iter([("context".to_owned(), other)]),
        None => Map::new(),
    };
    map.insert(HANDOVER.to_owned(), json!({ "message": message }));
    Value::Object(map)
}
