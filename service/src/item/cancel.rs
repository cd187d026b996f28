//! Cancels an item, and says first who waits for it.

use std::collections::BTreeMap;

use callboard_entity::{WorkItemDelegationStatus, WorkItemStatus as Status, work_items};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ledger::Entry;
use super::state::ItemEvent;
use super::{find, held, write};
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::id::Ref;
use crate::prerequisite::{self, edge};
use crate::{assignment::release, rules};

/// Cancels an unfinished item, and its open assignment with it. Cancelling it again changes nothing.
///
/// A cancelled item never satisfies anything, so unfinished items that wait for it need an answer: let them go on
/// without it, or cancel them too, and whatever waits for those.
///
/// # Errors
/// `Dependents` naming who waits, where neither is asked for; `Transition` for a done item; `Inactive` for an archived
/// one; `Invalid` where both are asked for; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CancelItem {
    /// By key or id.
    pub item: Ref,
    /// Kept in the item's ledger.
    #[serde(default)]
    pub reason: Option<String>,
    /// Waives the prerequisite for the items that wait for this one.
    #[serde(default)]
    pub waive_dependents: bool,
    /// Cancels the items that wait for this one, and those that wait for them.
    #[serde(default)]
    pub cancel_dependents: bool,
}

/// What a cancellation changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CancelledItem {
    /// As it is now.
    pub item: work_items::Model,
    /// It was cancelled before: nothing was changed.
    pub already: bool,
    /// Keys of the dependents that were cancelled too.
    pub cancelled: Vec<String>,
    /// Keys of the dependents that do not wait for it any more.
    pub waived: Vec<String>,
}

impl CancelItem {
    /// A cancellation that is refused where others wait for the item.
    pub fn new(item: impl Into<Ref>) -> Self {
        Self { item: item.into(), reason: None, waive_dependents: false, cancel_dependents: false }
    }
}

impl Verb for CancelItem {
    type Output = CancelledItem;

    async fn apply(&self, tx: &Tx) -> Result<CancelledItem> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        if self.waive_dependents && self.cancel_dependents {
            return Err(Error::invalid("cancel_dependents", "", "cannot be asked for together with waive_dependents"));
        }
        let found = super::find(tx, &self.item).await?;
        // No edge comes or goes from here on, so that all rows can be locked at once, in the order of their ids.
        edge::lock_project(tx, found.project_id).await?;
        let ids = self.affected(tx, found.id).await?.into_iter().chain([found.id]);
        let mut locked: BTreeMap<Uuid, _> = write::lock_all(tx, ids).await?.into_iter().map(|i| (i.id, i)).collect();
        let item = locked.remove(&found.id).ok_or_else(|| Error::not_found("item", self.item.to_string()))?;
        if item.status == Status::Cancelled {
            return Ok(CancelledItem { item, already: true, cancelled: Vec::new(), waived: Vec::new() });
        }
        find::not_archived(&item)?;
        write::next_status(&item, ItemEvent::Cancel)?;
        // Read again: one of them may have been finished before its lock was got.
        let still = self.affected(tx, item.id).await?;
        let waiting: Vec<work_items::Model> = locked.into_values().filter(|i| still.contains(&i.id)).collect();
        let keys: Vec<String> = waiting.iter().map(|i| i.key.clone()).collect();
        if !keys.is_empty() && !self.waive_dependents && !self.cancel_dependents {
            return Err(Conflict::Dependents { item: item.key, dependents: keys }.into());
        }
        let item = self.cancel(tx, &item, self.reason.as_deref()).await?;
        let why = format!("{} was cancelled", item.key);
        let (mut cancelled, mut waived) = (Vec::new(), Vec::new());
        if self.cancel_dependents {
            for dependent in &waiting {
                self.cancel(tx, dependent, Some(&why)).await?;
            }
            cancelled = keys;
        } else if !waiting.is_empty() {
            prerequisite::waive_all(tx, &item, &waiting, &why).await?;
            waived = keys;
        }
        Ok(CancelledItem { item, already: false, cancelled, waived })
    }
}

impl CancelItem {
    /// The unfinished items that the cancellation would leave waiting, and those that would wait for these.
    async fn affected(&self, tx: &Tx, item: Uuid) -> Result<Vec<Uuid>> {
        if self.cancel_dependents {
            return edge::waiting_closure(tx, item).await;
        }
        Ok(edge::waiting_dependents(tx, item).await?.into_iter().map(|i| i.id).collect())
    }

    async fn cancel(&self, tx: &Tx, item: &work_items::Model, reason: Option<&str>) -> Result<work_items::Model> {
        let status = write::next_status(item, ItemEvent::Cancel)?;
        if let Some(open) = held::open(tx, item).await? {
            let reason = reason.map_or_else(|| format!("{} was cancelled", item.key), str::to_owned);
            return Ok(release::release_cancelled(tx, &open, &reason).await?.1);
        }
        let mut after = item.clone();
        after.status = status;
        after.delegation_status = WorkItemDelegationStatus::Cancelled;
        // Nothing is left to retry.
        (after.dead_at, after.blocked_reason, after.available_at) = (None, None, None);
        write::update(tx, item, after, Entry::new("cancelled").reason(reason)).await
    }
}
