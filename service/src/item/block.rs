//! Blocks an item, for a reason that is not another item.

use serde::{Deserialize, Serialize};

use super::state::ItemEvent;
use super::transition::{self, Moved, Why};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Blocks an item that is todo or in progress; nobody can claim it until it is unblocked.
///
/// # Errors
/// As [`super::MoveItem`]; `Invalid` for an empty reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockItem {
    /// By key or id.
    pub item: Ref,
    /// What it waits for: kept with the item and in its ledger.
    pub reason: String,
}

impl Verb for BlockItem {
    type Output = Moved;

    async fn apply(&self, tx: &Tx) -> Result<Moved> {
        let item = super::lock(tx, &self.item).await?;
        transition::step(tx, &item, ItemEvent::Block, Why { reason: Some(&self.reason), ..Why::default() }).await
    }
}
