//! Shows a project.

use std::collections::BTreeMap;

use callboard_entity::{SprintStatus, board_projects as projects, sprints, work_items};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{find, held};
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::{self, Counts};

/// Shows a project and how much there is of it: five statements.
///
/// # Errors
/// `NotFound`, with the near slugs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowProject {
    /// By slug or id.
    pub project: Ref,
}

/// A project, and how much there is of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectDetails {
    /// The row.
    pub project: projects::Model,
    /// Without archived items.
    pub items: Counts,
    /// How many archived items it has.
    pub archived_items: u64,
    /// Every state is named.
    pub sprints: BTreeMap<SprintStatus, u64>,
    /// How many of its items are held now.
    pub open_assignments: u64,
}

impl Query for ShowProject {
    type Output = ProjectDetails;

    async fn fetch(&self, tx: &Tx) -> Result<ProjectDetails> {
        let project = find(tx, &self.project).await?;
        let all = work_items::Entity::find().filter(work_items::Column::ProjectId.eq(project.id));
        let archived = all.clone().filter(work_items::Column::ArchivedAt.is_not_null());
        Ok(ProjectDetails {
            items: item::count(tx, all.filter(work_items::Column::ArchivedAt.is_null())).await?,
            archived_items: archived.count(&tx.conn).await?,
            sprints: sprint_counts(tx, project.id).await?,
            open_assignments: held::of(Some(project.id)).count(&tx.conn).await?,
            project,
        })
    }
}

async fn sprint_counts(tx: &Tx, project: Uuid) -> Result<BTreeMap<SprintStatus, u64>> {
    let rows: Vec<(SprintStatus, i64)> = sprints::Entity::find()
        .select_only()
        .column(sprints::Column::Status)
        .column_as(sprints::Column::Id.count(), "sprints")
        .filter(sprints::Column::ProjectId.eq(project))
        .group_by(sprints::Column::Status)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut counts: BTreeMap<_, _> = SprintStatus::ALL.iter().map(|status| (*status, 0)).collect();
    counts.extend(rows.into_iter().map(|(status, count)| (status, u64::try_from(count).unwrap_or(0))));
    Ok(counts)
}
