//! Rejects finished work: its item is to be done again.

use callboard_entity::ReviewVerdict as Verdict;
use serde::{Deserialize, Serialize};

use super::judge::{Reviewed, judge};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item;
use crate::rules;

/// Rejects an item that is in review: it is todo again, for anybody who qualifies or, where it was set aside for a person,
/// for them. The rejected attempt is given back. Who claims it next is shown the reason, in the claim's recovery package.
///
/// # Errors
/// `Invalid` for an empty reason, and where nobody in particular acts; `OwnReview` for whoever completed it; `Transition`
/// where it is not in review; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RejectReview {
    /// By key or id.
    pub item: Ref,
    /// What must become better; at most 1 MiB.
    pub reason: String,
}

impl Verb for RejectReview {
    type Output = Reviewed;

    async fn apply(&self, tx: &Tx) -> Result<Reviewed> {
        rules::reason(&self.reason)?;
        let item = item::lock(tx, &self.item).await?;
        judge(tx, &item, Verdict::Rejected, Some(&self.reason)).await
    }
}
