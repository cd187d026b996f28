//! Archives an item: it leaves the lists and the queue, and keeps its history.

use callboard_entity::{WorkItemStatus as Status, work_items};
use serde::{Deserialize, Serialize};

use super::ledger::Entry;
use super::transition::Moved;
use super::{held, state, write};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result};
use crate::id::Ref;
use crate::prerequisite::edge;
use crate::{rules, workflow};

/// Archives an item that is finished, or that nobody ever started. Archiving it again changes nothing.
///
/// # Errors
/// `Held` naming the open assignment; `InUse` for an item that was started and is not finished, and for one that a step
/// of a workflow waits for; `Dependents` naming the items that would wait for it for good; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArchiveItem {
    /// By key or id.
    pub item: Ref,
    /// Kept in the item's ledger.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Verb for ArchiveItem {
    type Output = Moved;

    async fn apply(&self, tx: &Tx) -> Result<Moved> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        let item = super::lock(tx, &self.item).await?;
        if item.archived_at.is_some() {
            return Ok(Moved::already(item));
        }
        held::refuse(tx, &item).await?;
        if !state::FINISHED.contains(&item.status) {
            refuse_started(&item)?;
            if let Some(waits) = workflow::awaiting(tx, &item).await? {
                let because = format!("{waits} waits for it: cancel it");
                return Err(Conflict::InUse { what: format!("archiving {}", item.key), because }.into());
            }
            let waiting = edge::waiting_dependents(tx, item.id).await?;
            if !waiting.is_empty() {
                let dependents = waiting.into_iter().map(|i| i.key).collect();
                return Err(Conflict::Dependents { item: item.key, dependents }.into());
            }
        }
        let mut after = item.clone();
        after.archived_at = Some(tx.now);
        let entry = Entry::new("archived").reason(self.reason.as_deref());
        let item = write::update(tx, &item, after, entry).await?;
        Ok(Moved { already: false, ..Moved::already(item) })
    }
}

fn refuse_started(item: &work_items::Model) -> Result<()> {
    let started = item.attempt_count > 0 || matches!(item.status, Status::InProgress | Status::Review);
    if !started && item.dead_at.is_none() {
        return Ok(());
    }
    let because = format!("it was started and is {}, not done or cancelled", item.status);
    Err(Conflict::InUse { what: format!("archiving {}", item.key), because }.into())
}
