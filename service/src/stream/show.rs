//! Shows a work stream with its items in order.

use std::collections::HashMap;

use callboard_entity::{
    WorkItemAssigneeType, WorkStreamStatus, WorkStreamType, work_items, work_stream_items as rows, work_streams,
};
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::{by_name, project_of};
use super::guidance;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::{Counts, ItemBrief};
use crate::names::names;

/// Shows a stream, its items in order, their numbers and its guidance: six statements, whatever the items, of which there
/// are 1,000 at most.
///
/// # Errors
/// `NotFound` for the project or the stream.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowStream {
    /// The project of the stream, by slug or id; needed only where a slug is that of streams in several projects.
    pub project: Option<Ref>,
    /// By slug or id.
    pub stream: Ref,
}

/// A stream and what is in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamDetails {
    /// The row.
    pub stream: work_streams::Model,
    /// The slug of its project.
    pub project: String,
    /// Its items, by status.
    pub counts: Counts,
    /// That of its type, then its own.
    pub guidance: Vec<String>,
    /// In the stream's order.
    pub items: Vec<StreamItem>,
}

/// An item in its place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamItem {
    /// From 1; an item that was archived or deleted leaves a gap, until the stream's items change.
    pub position: i64,
    /// When it was added to the stream.
    pub added_at: Timestamp,
    /// The item.
    #[serde(flatten)]
    pub item: ItemBrief,
    /// `agent:SLUG` or `user:NAME`.
    pub assignee: Option<String>,
    /// Whether the item is archived; it keeps its place.
    pub archived: bool,
}

/// A stream that an item is in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InStream {
    /// The stream.
    pub id: Uuid,
    /// Unique in its project.
    pub slug: String,
    /// One line.
    pub name: String,
    /// What kind of work it is.
    pub stream_type: WorkStreamType,
    /// Whether it is open.
    pub status: WorkStreamStatus,
    /// The item's place in it, from 1.
    pub position: i64,
}

#[derive(FromQueryResult)]
struct Row {
    position: i64,
    added_at: Timestamp,
    #[sea_orm(nested)]
    item: ItemBrief,
    assignee_type: Option<WorkItemAssigneeType>,
    assignee_id: Option<Uuid>,
    archived_at: Option<Timestamp>,
}

impl Query for ShowStream {
    type Output = StreamDetails;

    async fn fetch(&self, tx: &Tx) -> Result<StreamDetails> {
        let stream = by_name(tx, self.project.as_ref(), &self.stream).await?;
        let project = project_of(tx, &stream).await?;
        let found = in_order(tx, stream.id).await?;
        let who = found.iter().filter_map(|row| row.assignee_type.zip(row.assignee_id));
        let names: HashMap<Uuid, String> = names(tx, who).await?;
        let mut counts = Counts::default();
        let items = found.into_iter().map(|row| {
            counts.add(row.item.status, row.item.delegation_status, 1);
            StreamItem {
                position: row.position,
                added_at: row.added_at,
                assignee: row.assignee_id.and_then(|id| names.get(&id).cloned()),
                archived: row.archived_at.is_some(),
                item: row.item,
            }
        });
        let items = items.collect();
        Ok(StreamDetails { guidance: guidance::of(&stream)?, stream, project: project.slug, counts, items })
    }
}

async fn in_order(tx: &Tx, stream: Uuid) -> Result<Vec<Row>> {
    use work_items::Column as Item;
    let query = rows::Entity::find()
        .select_only()
        .column(rows::Column::Position)
        .column_as(rows::Column::CreatedAt, "added_at")
        .columns([Item::Id, Item::Key, Item::Type, Item::Title, Item::Status, Item::DelegationStatus, Item::Priority])
        .columns([Item::AssigneeType, Item::AssigneeId, Item::ArchivedAt])
        .join(JoinType::InnerJoin, rows::Relation::WorkItem.def())
        .filter(rows::Column::StreamId.eq(stream))
        .order_by_asc(rows::Column::Position)
        .order_by_asc(rows::Column::WorkItemId);
    Ok(query.into_model::<Row>().all(&tx.conn).await?)
}

/// The streams that an item is in, by slug: one statement.
pub(crate) async fn streams_of(tx: &Tx, item: Uuid) -> Result<Vec<InStream>> {
    let found = rows::Entity::find()
        .filter(rows::Column::WorkItemId.eq(item))
        .find_also_related(work_streams::Entity)
        .order_by_asc(work_streams::Column::Slug)
        .all(&tx.conn)
        .await?;
    let stream = |(place, stream): (rows::Model, Option<work_streams::Model>)| {
        stream.map(|stream| InStream {
            id: stream.id,
            slug: stream.slug,
            name: stream.name,
            stream_type: stream.stream_type,
            status: stream.status,
            position: place.position,
        })
    };
    Ok(found.into_iter().filter_map(stream).collect())
}
