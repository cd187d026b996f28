//! Lists the sprints of a project, or of the board.

use std::collections::HashMap;

use callboard_entity::{
    SprintStatus, WorkItemDelegationStatus, WorkItemStatus, board_projects as projects, sprint_items as rows, sprints,
    work_items,
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

/// Lists sprints, the newest first: four statements, whatever their number.
///
/// # Errors
/// `NotFound` for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListSprints {
    /// Those of all projects where none is named.
    pub project: Option<Ref>,
    /// Only in one of these states, where any is named.
    pub status: Vec<SprintStatus>,
    /// The id of the last sprint of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A sprint in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedSprint {
    /// The row.
    pub sprint: sprints::Model,
    /// The slug of its project.
    pub project: String,
    /// Its items, by status.
    pub counts: Counts,
}

impl Query for ListSprints {
    type Output = Page<ListedSprint>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = sprints::Entity::find();
        if let Some(name) = &self.project {
            query = query.filter(sprints::Column::ProjectId.eq(project::find(tx, name).await?.id));
        }
        if !self.status.is_empty() {
            query = query.filter(sprints::Column::Status.is_in(self.status.iter().copied()));
        }
        if let Some(after) = self.after {
            query = query.filter(sprints::Column::Id.lt(after));
        }
        let found = query.order_by_desc(sprints::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(found, limit, |sprint| sprint.id);
        let slugs = slugs(tx, page.rows.iter().map(|sprint| sprint.project_id)).await?;
        let mut counts = counts(tx, page.rows.iter().map(|sprint| sprint.id)).await?;
        Ok(page.map(|sprint| ListedSprint {
            project: slugs.get(&sprint.project_id).cloned().unwrap_or_default(),
            counts: counts.remove(&sprint.id).unwrap_or_default(),
            sprint,
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

async fn counts(tx: &Tx, sprints: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Counts>> {
    let found: Vec<(Uuid, WorkItemStatus, WorkItemDelegationStatus, i64)> = rows::Entity::find()
        .select_only()
        .column(rows::Column::SprintId)
        .columns([work_items::Column::Status, work_items::Column::DelegationStatus])
        .column_as(work_items::Column::Id.count(), "items")
        .join(JoinType::InnerJoin, rows::Relation::WorkItem.def())
        .filter(rows::Column::SprintId.is_in(sprints))
        .group_by(rows::Column::SprintId)
        .group_by(work_items::Column::Status)
        .group_by(work_items::Column::DelegationStatus)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut counts: HashMap<Uuid, Counts> = HashMap::new();
    for (sprint, status, delegation, items) in found {
        counts.entry(sprint).or_default().add(status, delegation, u64::try_from(items).unwrap_or(0));
    }
    Ok(counts)
}
