//! What accepting and rejecting share: who may, and the row of the review.

use callboard_entity::{ActorType, ReviewReviewerType, ReviewVerdict as Verdict, reviews, work_items};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::completers;
use crate::db::Tx;
use crate::error::{Conflict, Error, Result};
use crate::id;
use crate::item::Moved;
use crate::item::state::ItemEvent;
use crate::item::transition::{self, Why};
use crate::item::write;
use crate::names;

/// A review, and what it made of the item.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Reviewed {
    /// The review.
    pub review: reviews::Model,
    /// The item, and what waits for it.
    #[serde(flatten)]
    pub moved: Moved,
}

/// Reviews a locked item.
///
/// # Errors
/// `Transition` where it is not in review; `OwnReview` for one of its completers; `Invalid` where nobody in particular acts,
/// and for a rejection without a reason; else as a move by hand.
pub(crate) async fn judge(
    tx: &Tx,
    item: &work_items::Model,
    verdict: Verdict,
    reason: Option<&str>,
) -> Result<Reviewed> {
    let event = if verdict == Verdict::Accepted { ItemEvent::Accept } else { ItemEvent::Reject };
    write::next_status(item, event)?;
    let (reviewer_type, reviewer_id) = reviewer(tx)?;
    let completers = completers::of(tx, &[item.id]).await?;
    if completers.iter().any(|completer| completer.who == reviewer_id) {
        let who = names::actor(tx.actor.kind, tx.actor.id);
        let names = names::names(tx, who).await?;
        let reviewer = names.get(&reviewer_id).cloned().unwrap_or_else(|| tx.actor.key());
        return Err(Conflict::OwnReview { item: item.key.clone(), reviewer }.into());
    }
    let review = reviews::Model {
        id: id::new(),
        work_item_id: item.id,
        assignment_id: completers::last_assignment(tx, item.id).await?,
        session_id: tx.session,
        verdict,
        reviewer_type,
        reviewer_id,
        reason: reason.map(str::to_owned),
        created_at: tx.now,
    };
    let why = Why { reason, review: Some(review.id), ..Why::default() };
    reviews::Entity::insert(review.clone().into_active_model().reset_all()).exec_without_returning(&tx.conn).await?;
    let moved = transition::step(tx, item, event, why).await?;
    Ok(Reviewed { review, moved })
}

fn reviewer(tx: &Tx) -> Result<(ReviewReviewerType, Uuid)> {
    let kind = match tx.actor.kind {
        ActorType::Agent => Some(ReviewReviewerType::Agent),
        ActorType::User => Some(ReviewReviewerType::User),
        ActorType::System => None,
    };
    kind.zip(tx.actor.id).ok_or_else(|| {
        let rule = "must be an agent or a user: a review needs who answers for it";
        Error::invalid("actor", tx.actor.key(), rule)
    })
}
