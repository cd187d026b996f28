//! Lists the projects.

use std::collections::HashMap;

use callboard_entity::{
    ProjectStatus, WorkItemDelegationStatus, WorkItemStatus, board_projects as projects, work_items,
};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::db::{Query, Tx};
use crate::error::Result;
use crate::item::Counts;
use crate::page::{self, Page};

/// Lists projects, the oldest first: two statements, whatever their number.
///
/// # Errors
/// `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ListProjects {
    /// Archived ones too.
    pub archived: bool,
    /// The id of the last project of the page before.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A project in a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedProject {
    /// The row.
    pub project: projects::Model,
    /// Without archived items.
    pub items: Counts,
}

impl Query for ListProjects {
    type Output = Page<ListedProject>;

    async fn fetch(&self, tx: &Tx) -> Result<Self::Output> {
        let limit = page::limit(self.limit)?;
        let mut query = projects::Entity::find();
        if !self.archived {
            query = query.filter(projects::Column::Status.eq(ProjectStatus::Active));
        }
        if let Some(after) = self.after {
            query = query.filter(projects::Column::Id.gt(after));
        }
        let rows = query.order_by_asc(projects::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(rows, limit, |project| project.id);
        let mut counts = counts(tx, page.rows.iter().map(|project| project.id)).await?;
        Ok(page.map(|project| ListedProject { items: counts.remove(&project.id).unwrap_or_default(), project }))
    }
}

async fn counts(tx: &Tx, projects: impl Iterator<Item = Uuid>) -> Result<HashMap<Uuid, Counts>> {
    let rows: Vec<(Uuid, WorkItemStatus, WorkItemDelegationStatus, i64)> = work_items::Entity::find()
        .select_only()
        .columns([work_items::Column::ProjectId, work_items::Column::Status, work_items::Column::DelegationStatus])
        .column_as(work_items::Column::Id.count(), "items")
        .filter(work_items::Column::ProjectId.is_in(projects))
        .filter(work_items::Column::ArchivedAt.is_null())
        .group_by(work_items::Column::ProjectId)
        .group_by(work_items::Column::Status)
        .group_by(work_items::Column::DelegationStatus)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut counts: HashMap<Uuid, Counts> = HashMap::new();
    for (project, status, delegation, items) in rows {
        counts.entry(project).or_default().add(status, delegation, u64::try_from(items).unwrap_or(0));
    }
    Ok(counts)
}
