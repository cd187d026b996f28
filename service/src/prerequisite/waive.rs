//! Lets an item go on without a prerequisite.

use callboard_entity::{TaskPrerequisiteStatus as Status, task_prerequisites as edges, work_items};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::edge;
use super::named::{self, answers};
use super::state::{self, PrerequisiteEvent};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::write;
use crate::rules;

/// Waives a prerequisite that is not met: the item does not wait for it any more. Waiving it again changes nothing.
///
/// # Errors
/// `Invalid` for an empty reason, or when nobody in particular acts; `Transition` for one that is satisfied; `NotFound`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WaivePrerequisite {
    /// The item that waits, by key or id.
    pub item: Ref,
    /// What it waits for: an item by key or id; a file by its path; another by its id, or by what it says.
    pub prerequisite: Ref,
    /// Why it need not be met; kept with the edge and in the item's ledger.
    pub reason: String,
}

/// The edge, and whether it was waived before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WaivedPrerequisite {
    /// As it is now.
    pub edge: edges::Model,
    /// It was waived before: nothing was changed.
    pub already: bool,
}

impl Verb for WaivePrerequisite {
    type Output = WaivedPrerequisite;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        rules::reason(&self.reason)?;
        let by = answers(tx, "a waiver").await?;
        let locked = named::lock(tx, &self.item, &self.prerequisite).await?;
        if state::repeats(locked.edge.status, PrerequisiteEvent::Waive) {
            return Ok(WaivedPrerequisite { edge: locked.edge, already: true });
        }
        if state::next(locked.edge.status, PrerequisiteEvent::Waive).is_none() {
            return Err(locked.refused(PrerequisiteEvent::Waive));
        }
        let waived = set_waived(tx, &[locked.edge.id], &by, &self.reason).await?;
        let mut after = locked.item.clone();
        after.unmet_prerequisites -= i64::from(locked.counts());
        let entry = Entry::new("prerequisite_waived")
            .data("prerequisite", locked.name())
            .data("prerequisite_id", locked.edge.prerequisite_id.map(|id| id.to_string()))
            .reason(Some(&self.reason));
        write::update(tx, &locked.item, after, entry).await?;
        let edge = waived.into_iter().next().unwrap_or(locked.edge);
        Ok(WaivedPrerequisite { edge, already: false })
    }
}

/// Waives what locked items wait for in another one, which was cancelled.
pub(crate) async fn waive_all(
    tx: &Tx,
    prerequisite: &work_items::Model,
    items: &[work_items::Model],
    reason: &str,
) -> Result<()> {
    let by = answers(tx, "a waiver").await?;
    let waiting = edge::waiting_for(tx, prerequisite.id, items).await?;
    let ids: Vec<uuid::Uuid> = waiting.iter().map(|e| e.id).collect();
    set_waived(tx, &ids, &by, reason).await?;
    let counted: Vec<work_items::Model> =
        items.iter().filter(|i| waiting.iter().any(|e| e.work_item_id == i.id)).cloned().collect();
    write::shift_unmet(tx, &counted, -1, &entry(prerequisite).reason(Some(reason))).await
}

fn entry(prerequisite: &work_items::Model) -> Entry {
    Entry::new("prerequisite_waived")
        .data("prerequisite", &*prerequisite.key)
        .data("prerequisite_id", prerequisite.id.to_string())
}

async fn set_waived(tx: &Tx, ids: &[uuid::Uuid], by: &str, reason: &str) -> Result<Vec<edges::Model>> {
    let mut waived = Vec::new();
    for chunk in ids.chunks(10_000) {
        let rows = edges::Entity::update_many()
            .col_expr(edges::Column::Status, Expr::value(Status::Waived.as_str()))
            .col_expr(edges::Column::WaivedBy, Expr::value(by))
            .col_expr(edges::Column::WaiverReason, Expr::value(reason))
            .col_expr(edges::Column::UpdatedAt, Expr::value(tx.now))
            .filter(edges::Column::Id.is_in(chunk.iter().copied()))
            .exec_with_returning(&tx.conn)
            .await?;
        waived.extend(rows);
    }
    Ok(waived)
}
