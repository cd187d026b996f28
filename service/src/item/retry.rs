//! Brings a dead letter back to the queue.

use callboard_entity::WorkItemDelegationStatus;
use serde::{Deserialize, Serialize};

use super::ledger::Entry;
use super::state::ItemEvent;
use super::transition::{self, Moved};
use super::{find, held, write};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::rules;

/// Gives an item that used up its attempts all of them again: todo, unassigned, without backoff.
///
/// # Errors
/// `Transition` naming the status of an item that is not dead; `Inactive` for an archived one; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RetryItem {
    /// By key or id.
    pub item: Ref,
    /// Kept in the item's ledger.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Verb for RetryItem {
    type Output = Moved;

    async fn apply(&self, tx: &Tx) -> Result<Moved> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        let item = super::lock(tx, &self.item).await?;
        find::not_archived(&item)?;
        if item.dead_at.is_none() {
            return Err(transition::refused(&item, "retry (it is not dead)"));
        }
        held::refuse(tx, &item).await?;
        let mut after = item.clone();
        after.status = write::next_status(&item, ItemEvent::Unblock)?;
        after.delegation_status = WorkItemDelegationStatus::Unassigned;
        after.dead_at = None;
        after.blocked_reason = None;
        after.available_at = None;
        after.attempt_count = 0;
        let entry = Entry::new("retried").reason(self.reason.as_deref());
        let item = write::update(tx, &item, after, entry).await?;
        Ok(Moved { already: false, ..Moved::already(item) })
    }
}
