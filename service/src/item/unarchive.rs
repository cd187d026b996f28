//! Takes an item back from the archive.

use serde::{Deserialize, Serialize};

use super::ledger::Entry;
use super::transition::Moved;
use super::write;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;

/// Brings an archived item back, in the status that it had. One that is not archived is left as it is.
///
/// # Errors
/// `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnarchiveItem {
    /// By key or id.
    pub item: Ref,
}

impl Verb for UnarchiveItem {
    type Output = Moved;

    async fn apply(&self, tx: &Tx) -> Result<Moved> {
        let item = super::lock(tx, &self.item).await?;
        if item.archived_at.is_none() {
            return Ok(Moved::already(item));
        }
        let mut after = item.clone();
        after.archived_at = None;
        let item = write::update(tx, &item, after, Entry::new("unarchived")).await?;
        Ok(Moved { already: false, ..Moved::already(item) })
    }
}
