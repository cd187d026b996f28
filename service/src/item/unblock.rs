//! Unblocks an item.

use serde::{Deserialize, Serialize};

use super::state::ItemEvent;
use super::transition::{self, Moved, Why};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Brings a blocked item back to todo and clears why it was blocked.
///
/// # Errors
/// As [`super::MoveItem`]; `Dead` for a dead letter, which [`super::RetryItem`] brings back.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnblockItem {
    /// By key or id.
    pub item: Ref,
    /// Kept in the item's ledger.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Verb for UnblockItem {
    type Output = Moved;

    async fn apply(&self, tx: &Tx) -> Result<Moved> {
        let item = super::lock(tx, &self.item).await?;
        transition::step(tx, &item, ItemEvent::Unblock, Why { reason: self.reason.as_deref(), ..Why::default() }).await
    }
}
