//! Archives a project, so that none of its work is handed out any more.

use callboard_entity::{ProjectStatus, board_projects as projects, task_assignments as assignments, work_items};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::lock;
use super::held;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result};
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::state::FINISHED;
use crate::item::write;
use crate::rules;

/// The ledger rows of items that were archived, and brought back, with their project.
pub(super) const ARCHIVED: &str = "project_archived";
pub(super) const RESTORED: &str = "project_restored";

/// Archives a project and its unfinished items; [`super::RestoreProject`] brings both back.
///
/// # Errors
/// `NotFound` for the project; `Conflict::InUse`, naming the items, while any of them is held; `Invalid` for an empty
/// reason.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArchiveProject {
    /// By slug or id.
    pub project: Ref,
    /// Written into the ledger of every item that is archived with it.
    pub reason: Option<String>,
}

/// Items that are in memory at a time: a project may have a million.
pub(super) const PAGE: usize = 1000;

/// What archiving or restoring a project did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProjectArchive {
    /// As it is now.
    pub project: projects::Model,
    /// It was in that state before; nothing was changed.
    pub already: bool,
    /// How many items were archived, or brought back, with it.
    pub items: u64,
}

impl Verb for ArchiveProject {
    type Output = ProjectArchive;

    async fn apply(&self, tx: &Tx) -> Result<ProjectArchive> {
        self.reason.as_deref().map_or(Ok(()), rules::reason)?;
        // Locked first: adding an item takes its number from this row, so none slips in behind.
        let mut project = lock(tx, &self.project).await?;
        if project.status == ProjectStatus::Archived {
            return Ok(ProjectArchive { project, already: true, items: 0 });
        }
        let ids: Vec<Uuid> = work_items::Entity::find()
            .select_only()
            .column(work_items::Column::Id)
            .filter(work_items::Column::ProjectId.eq(project.id))
            .filter(work_items::Column::ArchivedAt.is_null())
            .filter(work_items::Column::Status.is_not_in(FINISHED.iter().copied()))
            .order_by_asc(work_items::Column::Id)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        // Claims lock the item too, so whoever holds one now is seen below.
        for page in ids.chunks(PAGE) {
            write::lock_all(tx, page.iter().copied()).await?;
        }
        refuse_held(tx, &project).await?;
        project.status = ProjectStatus::Archived;
        project.updated_at = tx.now;
        projects::Entity::update(project.clone().into_active_model().reset_all()).exec(&tx.conn).await?;
        let entry = Entry::new(ARCHIVED).reason(self.reason.as_deref());
        let mut archived = 0;
        for page in ids.chunks(PAGE) {
            let mut open = write::lock_all(tx, page.iter().copied()).await?;
            open.retain(|item| item.archived_at.is_none() && !FINISHED.contains(&item.status));
            write::set_archived(tx, &open, Some(tx.now), &entry).await?;
            archived += open.len() as u64;
        }
        Ok(ProjectArchive { project, already: false, items: archived })
    }
}

async fn refuse_held(tx: &Tx, project: &projects::Model) -> Result<()> {
    let ids: Vec<Uuid> = held::of(Some(project.id))
        .select_only()
        .column(assignments::Column::WorkItemId)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    if ids.is_empty() {
        return Ok(());
    }
    let mut keys: Vec<String> = work_items::Entity::find()
        .select_only()
        .column(work_items::Column::Key)
        .filter(work_items::Column::Id.is_in(ids.iter().copied().take(10)))
        .into_tuple()
        .all(&tx.conn)
        .await?;
    keys.sort();
    let more = if ids.len() > keys.len() { format!(" and {} more", ids.len() - keys.len()) } else { String::new() };
    let because = format!("{}{more} are held: complete or cancel their assignments first", keys.join(", "));
    Err(Conflict::InUse { what: format!("archiving project '{}'", project.slug), because }.into())
}
