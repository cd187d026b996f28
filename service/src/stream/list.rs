//! Lists the work streams of a project, or of the board.

use std::collections::HashMap;

use callboard_entity::{
    WorkItemDelegationStatus, WorkItemStatus, WorkStreamStatus, WorkStreamType, board_projects as projects, work_items,
    work_stream_items as rows, work_streams,
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::Counts;
use crate::page::{self, Page};
use crate::project;

/// Lists streams, the newest first: four statements, whatever their number.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListStreams {
    /// Those of all projects where none is named.
    pub project: Option<Ref>,
    /// Only in this state.
    pub status: Option<WorkStreamStatus>,
    /// Only of one of these types, where any is named.
    pub types: Vec<WorkStreamType>,
    /// The id of the last stream of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A stream in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedStream {
    /// The row.
    pub stream: work_streams::Model,
    /// The slug of its project.
    pub project: String,
    /// Its items, by status.
    pub counts: Counts,
}

impl Query for ListStreams {
    type Output = Page<ListedStream>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = work_streams::Entity::find();
        if let Some(name) = &self.project {
            query = query.filter(work_streams::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if let Some(status) = self.status {
            query = query.filter(work_streams::Column::Status.eq(status));
        }
        if !self.types.is_empty() {
            query = query.filter(work_streams::Column::StreamType.is_in(self.types.iter().copied()));
        }
        if let Some(after) = self.after {
            query = query.filter(work_streams::Column::Id.lt(after));
        }
        let found = query.order_by_desc(work_streams::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(found, limit, |stream| stream.id);
        let slugs = slugs(tx, page.rows.iter().map(|stream| stream.project_id)).await?;
        let mut counts = counts(tx, page.rows.iter().map(|stream| stream.id)).await?;
        Ok(page.map(|stream| ListedStream {
            project: slugs.get(&stream.project_id).cloned().unwrap_or_default(),
            counts: counts.remove(&stream.id).unwrap_or_default(),
            stream,
        }))
    }
}

async fn slugs(tx: &Tx, ids: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, String>> {
    let rows: Vec<(Uuid, String)> = projects::Entity::find()
        .select_only()
        .columns([projects::Column::Id, projects::Column::Slug])
        .filter(projects::Column::Id.is_in(ids))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(rows.into_iter().collect())
}

/// The items of streams by status: one statement.
pub(super) async fn counts(tx: &Tx, streams: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Counts>> {
    let found: Vec<(Uuid, WorkItemStatus, WorkItemDelegationStatus, i64)> = rows::Entity::find()
        .select_only()
        .column(rows::Column::StreamId)
        .columns([work_items::Column::Status, work_items::Column::DelegationStatus])
        .column_as(work_items::Column::Id.count(), "items")
        .join(JoinType::InnerJoin, rows::Relation::WorkItem.def())
        .filter(rows::Column::StreamId.is_in(streams))
        .group_by(rows::Column::StreamId)
        .group_by(work_items::Column::Status)
        .group_by(work_items::Column::DelegationStatus)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut counts: HashMap<Uuid, Counts> = HashMap::new();
    for (stream, status, delegation, items) in found {
        counts.entry(stream).or_default().add(status, delegation, u64::try_from(items).unwrap_or(0));
    }
    Ok(counts)
}
