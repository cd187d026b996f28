//! Brings an archived project back.

use std::collections::HashSet;

use callboard_entity::{ProjectStatus, board_projects as projects, work_item_events as events, work_items};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::archive::{ARCHIVED, PAGE, ProjectArchive, RESTORED};
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
        let archived: Vec<Uuid> = work_items::Entity::find()
            .select_only()
            .column(work_items::Column::Id)
            .filter(work_items::Column::ProjectId.eq(project.id))
            .filter(work_items::Column::ArchivedAt.is_not_null())
            .order_by_asc(work_items::Column::Id)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let mut restored = 0;
        for page in archived.chunks(PAGE) {
            let mut items = write::lock_all(tx, archived_together(tx, page).await?).await?;
            items.retain(|item| item.archived_at.is_some());
            write::set_archived(tx, &items, None, &Entry::new(RESTORED)).await?;
            restored += items.len() as u64;
        }
        Ok(ProjectArchive { project, already: false, items: restored })
    }
}

/// Those of archived items whose newest archiving was the project's: one that was archived by itself stays so.
async fn archived_together(tx: &Tx, archived: &[Uuid]) -> Result<HashSet<Uuid>> {
    let told: Vec<(Uuid, String)> = events::Entity::find()
        .select_only()
        .columns([events::Column::WorkItemId, events::Column::Kind])
        .filter(events::Column::WorkItemId.is_in(archived.iter().copied()))
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
