//! Takes an item from its holder and assigns it to another, in one transaction.

use serde::{Deserialize, Serialize};

use super::assign::{Assign, Assigned, Holder};
use super::release::release;
use super::rows;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::{item, rules};

/// Cancels the open assignment of an item, where there is one, and assigns the item to another. It costs no attempt.
///
/// A refused assignment leaves the present holder in place.
///
/// # Errors
/// As [`super::Assign`]; `Invalid` for an empty reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reassign {
    /// By key or id.
    pub item: Ref,
    /// Who is to hold it from now on.
    pub holder: Holder,
    /// Why the present holder loses it: kept in the ledger; must not be empty.
    pub reason: String,
    /// As in [`super::Assign`].
    pub accept_seconds: Option<i64>,
}

impl Verb for Reassign {
    type Output = Assigned;

    async fn apply(&self, tx: &Tx) -> Result<Assigned> {
        rules::reason(&self.reason)?;
        // The new holder is locked first: every verb locks agent, item and assignment in this order.
        super::assign::find_holder(tx, &self.holder).await?;
        let found = item::lock(tx, &self.item).await?;
        if let Some(open) = rows::open_of(tx, &found).await? {
            release(tx, &open, &self.reason).await?;
        } else if found.assignee_id.is_some() {
            let mut after = found.clone();
            after.assignee_type = None;
            after.assignee_id = None;
            let entry = item::ledger::Entry::new("unassigned").reason(Some(&self.reason));
            item::write::update(tx, &found, after, entry).await?;
        }
        let assign = Assign {
            item: Ref::Id(found.id),
            holder: self.holder.clone(),
            accept_seconds: self.accept_seconds,
            context: None,
            notes: Some(self.reason.clone()),
        };
        assign.apply(tx).await
    }
}
