//! Reopens a finished item.

use serde::{Deserialize, Serialize};

use super::state::ItemEvent;
use super::transition::{self, Moved, Why};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Brings a done or cancelled item back to todo: unassigned, with all its attempts again.
///
/// Items that wait for it and that nobody holds wait again; the others are named in the answer and warned in their
/// ledgers. What was set aside for an agent is free for all again; a person's item stays theirs.
///
/// # Errors
/// As [`super::MoveItem`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ReopenItem {
    /// By key or id.
    pub item: Ref,
    /// Kept in the item's ledger.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Verb for ReopenItem {
    type Output = Moved;

    async fn apply(&self, tx: &Tx) -> Result<Moved> {
        let item = super::lock(tx, &self.item).await?;
        transition::step(tx, &item, ItemEvent::Reopen, Why { reason: self.reason.as_deref(), ..Why::default() }).await
    }
}
