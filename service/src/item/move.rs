//! Moves an item to another status by hand.

use callboard_entity::{ReviewVerdict as Verdict, WorkItemStatus as Status, WorkItemType, work_items};
use serde::{Deserialize, Serialize};

use super::cancel::CancelItem;
use super::state::{self, ItemEvent};
use super::transition::{self, Moved, Why};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::review;

/// Where to: a status, or what happens, where that says more (`accept`, `defer`, ...).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MoveTo {
    /// Wherever one event leads there from the present status.
    Status(Status),
    /// This event and no other.
    Event(ItemEvent),
}

/// Moves an item as the machine of items allows it by hand (docs/states.md).
///
/// A move to the present status is a success that changes nothing. A review is accepted by moving the item to done, and
/// rejected by moving it to todo with a reason, as by [`crate::review`]'s verbs. An epic, which is never assigned, is started
/// and finished by moves; finishing meets the item's quality gate, and leads to a review where that is strict.
///
/// # Errors
/// `Transition` naming the status and what was asked for, with what is possible; `Held` naming the open assignment;
/// `Dependents` for cancelling what others wait for; `Dead` for a dead letter, which is retried; `Inactive` for an
/// archived item; `Invalid` for a move to blocked, or a rejection, without a reason; `GateNotMet`; `OwnReview`; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveItem {
    /// By key or id.
    pub item: Ref,
    /// Where it is to go.
    pub to: MoveTo,
    /// Needed for blocked, and to reject; kept in the ledger.
    #[serde(default)]
    pub reason: Option<String>,
    /// Why it is finished although its gate may not be met: recorded with what was missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<String>,
}

impl MoveItem {
    /// A move without a reason.
    pub fn new(item: impl Into<Ref>, to: Status) -> Self {
        Self { item: item.into(), to: MoveTo::Status(to), reason: None, force: None }
    }
}

impl Verb for MoveItem {
    type Output = Moved;

    async fn apply(&self, tx: &Tx) -> Result<Moved> {
        if matches!(self.to, MoveTo::Status(Status::Cancelled) | MoveTo::Event(ItemEvent::Cancel)) {
            let cancel = CancelItem { reason: self.reason.clone(), ..CancelItem::new(self.item.clone()) };
            let done = cancel.apply(tx).await?;
            return match (self.to, done.already) {
                (MoveTo::Event(_), true) => Err(transition::refused(&done.item, ItemEvent::Cancel.as_str())),
                _ => Ok(Moved { already: done.already, ..Moved::already(done.item) }),
            };
        }
        let item = super::lock(tx, &self.item).await?;
        let event = match self.to {
            MoveTo::Event(event) => event,
            MoveTo::Status(to) if to == item.status => return Ok(Moved::already(item)),
            MoveTo::Status(to) => match event(&item, to) {
                Some(event) => event,
                None => return Err(transition::refused(&item, &format!("a move to {to}"))),
            },
        };
        let (reason, force) = (self.reason.as_deref(), self.force.as_deref());
        match event {
            ItemEvent::Accept => Ok(review::judge(tx, &item, Verdict::Accepted, reason).await?.moved),
            ItemEvent::Reject => Ok(review::judge(tx, &item, Verdict::Rejected, reason).await?.moved),
            event => transition::step(tx, &item, event, Why { reason, force, review: None }).await,
        }
    }
}

/// What happens by hand when the item goes from where it stands to a status.
fn event(item: &work_items::Model, to: Status) -> Option<ItemEvent> {
    // An epic is never assigned, so nothing else could start it.
    let by_hand = |e: &ItemEvent| !e.is_assignments() || (*e == ItemEvent::Start && item.r#type == WorkItemType::Epic);
    ItemEvent::ALL.iter().copied().filter(by_hand).find(|e| state::next(item.status, *e) == Some(to))
}
