//! Brings an archived project back.

use std::collections::HashSet;

use callboard_entity::{ProjectStatus, board_projects as projects, work_item_events as events, work_items};
use sea_orm::sea_query::Query as Select;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::archive::{ARCHIVED, ProjectArchive, RESTORED};
use super::find::lock;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::write;

/// Makes an archived project active again, with the items that were archived together with it.
///
/// # Errors
/// `NotFound` for the project.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RestoreProject {
    /// By slug or id.
    pub project: Ref,
}

impl Verb for RestoreProject {
    type Output = ProjectArchive;

    async fn apply(&self, tx: &Tx) -> Result<ProjectArchive> {
        let mut project = lock(tx, &self.project).await?;
        if project.status == ProjectStatus::Active {
            return Ok(ProjectArchive { project, already: true, items: 0 });
        }
        project.status = ProjectStatus::Active;
        project.updated_at = tx.now;
        projects::Entity::update(project.clone().into_active_model().reset_all()).exec(&tx.conn).await?;
        let together = archived_together(tx, project.id).await?;
        let items: Vec<work_items::Model> =
            write::lock_all(tx, together).await?.into_iter().filter(|item| item.archived_at.is_some()).collect();
        write::set_archived(tx, &items, None, &Entry::new(RESTORED)).await?;
        Ok(ProjectArchive { project, already: false, items: items.len() as u64 })
    }
}

/// The archived items whose newest archiving was the project's: one that was archived by itself stays so.
async fn archived_together(tx: &Tx, project: Uuid) -> Result<HashSet<Uuid>> {
    let archived = Select::select()
        .column(work_items::Column::Id)
        .from(work_items::Entity)
        .and_where(work_items::Column::ProjectId.eq(project))
        .and_where(work_items::Column::ArchivedAt.is_not_null())
        .to_owned();
    let told: Vec<(Uuid, String)> = events::Entity::find()
        .select_only()
        .columns([events::Column::WorkItemId, events::Column::Kind])
        .filter(events::Column::WorkItemId.in_subquery(archived))
        .filter(events::Column::Kind.is_in([ARCHIVED, "archived"]))
        .order_by_asc(events::Column::WorkItemId)
        .order_by_asc(events::Column::Revision)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut together = HashSet::new();
    for (item, kind) in told {
        if kind == ARCHIVED {
            together.insert(item);
        } else {
            together.remove(&item);
        }
    }
    Ok(together)
}
