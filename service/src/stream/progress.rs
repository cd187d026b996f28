//! Tells how far a work stream is.

use callboard_entity::{
    TaskAssignmentStatus, WorkItemAssigneeType, WorkItemStatus, task_assignments as assignments, work_items,
    work_stream_items as rows, work_streams,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::by_name;
use super::list::counts;
use crate::assignment::state::OPEN;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::Counts;
use crate::names::names;

/// How far a stream is, and who is at what: six statements, whatever the items.
///
/// # Errors
/// `NotFound` for the project or the stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StreamProgress {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
}

/// How far a stream is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamSummary {
    /// The row.
    pub stream: work_streams::Model,
    /// Its items, by status.
    pub counts: Counts,
    /// How many are done.
    pub done: u64,
    /// How many there are to be done, without those that were cancelled.
    pub total: u64,
    /// `done` of `total`, in percent, rounded down; none where there is nothing to be done.
    pub percent: Option<u64>,
    /// Who is at what, in the stream's order.
    pub at_work: Vec<AtWork>,
}

/// An item that somebody holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AtWork {
    /// The item's place in the stream.
    pub position: i64,
    /// Its key.
    pub key: String,
    /// One line.
    pub title: String,
    /// `agent:SLUG` or `user:NAME`.
    pub holder: String,
    /// The assignment.
    pub assignment: Uuid,
    /// Assigned, started or paused.
    pub status: TaskAssignmentStatus,
    /// Since when it is held.
    pub since: Timestamp,
    /// Until when, without a heartbeat; people have no deadline.
    pub until: Option<Timestamp>,
}

impl Query for StreamProgress {
    type Output = StreamSummary;

    async fn fetch(&self, tx: &Tx) -> Result<StreamSummary> {
        let stream = by_name(tx, self.project.as_ref(), &self.stream).await?;
        let counts = counts(tx, std::iter::once(stream.id)).await?.remove(&stream.id).unwrap_or_default();
        let of = |status| counts.by_status.get(&status).copied().unwrap_or(0);
        let (done, total) = (of(WorkItemStatus::Done), counts.total - of(WorkItemStatus::Cancelled));
        let percent = (done * 100).checked_div(total);
        let at_work = at_work(tx, stream.id).await?;
        Ok(StreamSummary { stream, counts, done, total, percent, at_work })
    }
}

#[derive(FromQueryResult)]
struct Held {
    position: i64,
    key: String,
    title: String,
    id: Uuid,
    agent_id: Option<Uuid>,
    user_id: Option<Uuid>,
    status: TaskAssignmentStatus,
    assigned_at: Timestamp,
    lease_expires_at: Option<Timestamp>,
}

impl Held {
    fn holder(&self) -> Option<(WorkItemAssigneeType, Uuid)> {
        let agent = self.agent_id.map(|id| (WorkItemAssigneeType::Agent, id));
        agent.or(self.user_id.map(|id| (WorkItemAssigneeType::User, id)))
    }
}

async fn at_work(tx: &Tx, stream: Uuid) -> Result<Vec<AtWork>> {
    use assignments::Column as A;
    let held: Vec<Held> = rows::Entity::find()
        .select_only()
        .column(rows::Column::Position)
        .columns([work_items::Column::Key, work_items::Column::Title])
        .columns([A::Id, A::AgentId, A::UserId, A::Status, A::AssignedAt, A::LeaseExpiresAt])
        .join(JoinType::InnerJoin, rows::Relation::WorkItem.def())
        .join(JoinType::InnerJoin, assignments::Relation::WorkItem.def().rev())
        .filter(rows::Column::StreamId.eq(stream))
        .filter(A::Status.is_in(OPEN.iter().copied()))
        .order_by_asc(rows::Column::Position)
        .into_model()
        .all(&tx.conn)
        .await?;
    let names = names(tx, held.iter().filter_map(Held::holder)).await?;
    let at_work = held.into_iter().map(|held| AtWork {
        holder: held.holder().and_then(|(_, id)| names.get(&id).cloned()).unwrap_or_default(),
        position: held.position,
        key: held.key,
        title: held.title,
        assignment: held.id,
        status: held.status,
        since: held.assigned_at,
        until: held.lease_expires_at,
    });
    Ok(at_work.collect())
}
