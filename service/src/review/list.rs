//! Lists what waits for a review, and the reviews that were given.

use std::collections::HashMap;

use callboard_entity::{
    ReviewReviewerType, ReviewVerdict as Verdict, WorkItemAssigneeType as Kind, WorkItemStatus, reviews, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::completers;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ItemBrief;
use crate::page::{self, Page};
use crate::{item, names, project};

/// The items in review, oldest first, with those who may not review them; of one item the reviews that were given, too.
///
/// At most seven statements, whatever there is.
///
/// # Errors
/// `NotFound`; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListReviews {
    /// This item alone, by key or id.
    pub item: Option<Ref>,
    /// Only items of this project, by slug or id.
    pub project: Option<Ref>,
    /// At most so many: 1 to 500, 50 where none is named.
    pub limit: Option<u64>,
    /// Only items after this one, as the page before names it.
    pub after: Option<Uuid>,
}

/// What waits for a review, and what was said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reviews {
    /// The items in review.
    #[serde(flatten)]
    pub waiting: Page<WaitingReview>,
    /// The reviews of the item that was named, newest first: at most as many as the limit.
    pub reviews: Vec<GivenReview>,
}

/// An item that waits for a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingReview {
    /// In a few words.
    pub item: ItemBrief,
    /// Its newest change.
    pub since: Timestamp,
    /// Who completed it, and so may not review it: `agent:SLUG` or `user:NAME`.
    pub completers: Vec<String>,
}

/// A review that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GivenReview {
    /// The review.
    pub id: Uuid,
    /// Accepted or rejected.
    pub verdict: Verdict,
    /// `agent:SLUG` or `user:NAME`.
    pub reviewer: String,
    /// Why.
    pub reason: Option<String>,
    /// The assignment whose result it was.
    pub assignment: Option<Uuid>,
    /// The work session in which it was given.
    pub session: Option<Uuid>,
    /// When.
    pub at: Timestamp,
}

impl Query for ListReviews {
    type Output = Reviews;

    async fn fetch(&self, tx: &Tx) -> Result<Reviews> {
        let limit = page::limit(self.limit)?;
        let mut found = work_items::Entity::find()
            .filter(work_items::Column::Status.eq(WorkItemStatus::Review))
            .filter(work_items::Column::ArchivedAt.is_null());
        let mut reviews = Vec::new();
        if let Some(name) = &self.item {
            let item = item::find(tx, name).await?;
            reviews = given(tx, item.id, limit).await?;
            found = found.filter(work_items::Column::Id.eq(item.id));
        }
        if let Some(name) = &self.project {
            found = found.filter(work_items::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if let Some(after) = self.after {
            found = found.filter(work_items::Column::Id.gt(after));
        }
        let rows = found.order_by_asc(work_items::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(rows, limit, |item| item.id);
        let ids: Vec<Uuid> = page.rows.iter().map(|item| item.id).collect();
        let completers = completers::of(tx, &ids).await?;
        let names = names::names(tx, completers.iter().map(|c| (c.kind, c.who))).await?;
        let mut by_item: HashMap<Uuid, Vec<String>> = HashMap::new();
        for completer in completers {
            let name = names.get(&completer.who).cloned().unwrap_or_default();
            let known = by_item.entry(completer.item).or_default();
            if !known.contains(&name) {
                known.push(name);
            }
        }
        let waiting = page.map(|item| WaitingReview {
            since: item.last_activity_at.unwrap_or(item.updated_at),
            completers: by_item.remove(&item.id).unwrap_or_default(),
            item: ItemBrief::from(item),
        });
        Ok(Reviews { waiting, reviews })
    }
}

/// The reviews of an item, newest first.
pub(crate) async fn given(tx: &Tx, item: Uuid, limit: u64) -> Result<Vec<GivenReview>> {
    let rows = of(item).limit(limit).all(&tx.conn).await?;
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let names = names::names(tx, rows.iter().map(|row| (kind(row), row.reviewer_id))).await?;
    Ok(rows.into_iter().map(|row| told(row, &names)).collect())
}

/// The newest review of an item, where it rejects: what the next one to work on it must know.
pub(crate) async fn newest_rejection(tx: &Tx, item: Uuid) -> Result<Option<GivenReview>> {
    let Some(newest) = newest(tx, item).await?.filter(|review| review.verdict == Verdict::Rejected) else {
        return Ok(None);
    };
    let names = names::names(tx, [(kind(&newest), newest.reviewer_id)]).await?;
    Ok(Some(told(newest, &names)))
}

/// The newest review of an item.
pub(super) async fn newest(tx: &Tx, item: Uuid) -> Result<Option<reviews::Model>> {
    Ok(of(item).limit(1).one(&tx.conn).await?)
}

fn of(item: Uuid) -> sea_orm::Select<reviews::Entity> {
    reviews::Entity::find()
        .filter(reviews::Column::WorkItemId.eq(item))
        .order_by_desc(reviews::Column::CreatedAt)
        .order_by_desc(reviews::Column::Id)
}

fn kind(review: &reviews::Model) -> Kind {
    match review.reviewer_type {
        ReviewReviewerType::Agent => Kind::Agent,
        ReviewReviewerType::User => Kind::User,
    }
}

fn told(review: reviews::Model, names: &HashMap<Uuid, String>) -> GivenReview {
    GivenReview {
        id: review.id,
        verdict: review.verdict,
        reviewer: names.get(&review.reviewer_id).cloned().unwrap_or_default(),
        reason: review.reason,
        assignment: review.assignment_id,
        session: review.session_id,
        at: review.created_at,
    }
}
