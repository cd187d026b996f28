//! The unfinished items of a project or a session, one a line.

use callboard_entity::{board_projects as projects, work_items};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use std::fmt::Write;
use uuid::Uuid;

use super::ROWS;
use crate::db::Tx;
use crate::error::Result;
use crate::item::{ItemBrief, filter};
use crate::recovery::{line, time};

/// `CB-7 (task, P1, in_progress): what it is`.
pub(super) fn brief(item: &ItemBrief) -> String {
    format!("{} ({}, P{}, {}): {}", item.key, item.r#type, item.priority, item.status, line(&item.title))
}

/// The same of a whole row, with what it waits for.
pub(in crate::maintenance) fn briefly(item: &work_items::Model) -> String {
    let mut out = brief(&item.clone().into());
    if item.unmet_prerequisites > 0 {
        let _ = write!(out, "; waits for {}", item.unmet_prerequisites);
    }
    if let Some(at) = item.due_at {
        let _ = write!(out, "; due {}", time(at));
    }
    if let Some(reason) = &item.blocked_reason {
        let _ = write!(out, "; blocked: {}", line(reason));
    }
    out
}

/// A page of the unfinished items after an id, and where the next one begins.
pub(in crate::maintenance) async fn items(
    tx: &Tx,
    project: &projects::Model,
    within: Condition,
    page: u64,
    after: Option<Uuid>,
) -> Result<(String, Option<Uuid>)> {
    let mut query = work_items::Entity::find()
        .filter(within)
        .filter(work_items::Column::ArchivedAt.is_null())
        .filter(filter::unfinished());
    if let Some(after) = after {
        query = query.filter(work_items::Column::Id.gt(after));
    }
    let mut rows = query.order_by_asc(work_items::Column::Id).limit(ROWS + 1).all(&tx.conn).await?;
    let more = rows.len() as u64 > ROWS;
    rows.truncate(usize::try_from(ROWS).unwrap_or(usize::MAX));
    let mut out = format!("# Unfinished items of {}, page {page}\n\n", project.slug);
    for item in &rows {
        let _ = writeln!(out, "- {}", briefly(item));
    }
    if rows.is_empty() {
        out.push_str("None.\n");
    }
    Ok((out, rows.last().filter(|_| more).map(|item| item.id)))
}
