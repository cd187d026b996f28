//! Accepts finished work: its item is done.

use callboard_entity::{ReviewVerdict as Verdict, WorkItemStatus};
use serde::{Deserialize, Serialize};

use super::judge::{Reviewed, judge};
use super::list::newest;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::{self, Moved};

/// Accepts an item that is in review: it is done, and what waited for it may be ready. Accepting again what the same
/// reviewer accepted last changes nothing.
///
/// # Errors
/// `OwnReview` for whoever completed it; `Transition` where it is not in review; `Invalid` where nobody in particular acts;
/// `GateNotMet` where a workflow's step does not take the result; `NotFound`.
///
/// # Example
/// ```no_run
/// use callboard_service::review::AcceptReview;
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// let lead = board.actor("user:kim").await?;
/// let reviewed = board.run(lead, &AcceptReview { item: "CB-7".into(), reason: None }).await?;
/// println!("{} is {}", reviewed.moved.item.key, reviewed.moved.item.status);
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AcceptReview {
    /// By key or id.
    pub item: Ref,
    /// What there is to say of it; at most 1 MiB.
    #[serde(default)]
    pub reason: Option<String>,
}

impl Verb for AcceptReview {
    type Output = Reviewed;

    async fn apply(&self, tx: &Tx) -> Result<Reviewed> {
        let item = item::lock(tx, &self.item).await?;
        if item.status == WorkItemStatus::Done {
            let last = newest(tx, item.id).await?;
            let own =
                last.filter(|review| review.verdict == Verdict::Accepted && Some(review.reviewer_id) == tx.actor.id);
            if let Some(review) = own {
                return Ok(Reviewed { review, moved: Moved::already(item) });
            }
        }
        judge(tx, &item, Verdict::Accepted, self.reason.as_deref()).await
    }
}
