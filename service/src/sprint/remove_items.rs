//! Takes items out of a sprint.

use std::collections::HashSet;

use callboard_entity::sprint_items as rows;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::add_items::SprintItemsChanged;
use super::find::lock;
use super::rows::{ordered, shift};
use super::rules::not_completed;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::{find_all, write};

/// Removes items from a sprint; the others close up. Each that was in it gets a ledger row.
///
/// # Errors
/// `NotFound` for the sprint or an item; `Conflict::Inactive` for a completed sprint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoveSprintItems {
    /// The project of the sprint, by slug or id; needed only where a code is that of sprints in several projects.
    pub project: Option<Ref>,
    /// By code or id.
    pub sprint: Ref,
    /// By key or id.
    pub items: Vec<Ref>,
}

impl Verb for RemoveSprintItems {
    type Output = SprintItemsChanged;

    async fn apply(&self, tx: &Tx) -> Result<SprintItemsChanged> {
        let sprint = lock(tx, self.project.as_ref(), &self.sprint).await?;
        not_completed(&sprint)?;
        let found = find_all(tx, self.items.iter()).await?;
        let present = ordered(tx, sprint.id).await?;
        let mut removed: HashSet<Uuid> = HashSet::new();
        let (mut changed, mut already) = (Vec::new(), Vec::new());
        for item in self.items.iter().filter_map(|name| found.get(name)) {
            if present.iter().any(|row| row.work_item_id == item.id) && removed.insert(item.id) {
                changed.push(item.key.clone());
            } else {
                already.push(item.key.clone());
            }
        }
        let ids: Vec<Uuid> = removed.iter().copied().collect();
        for chunk in ids.chunks(5000) {
            rows::Entity::delete_many()
                .filter(rows::Column::SprintId.eq(sprint.id))
                .filter(rows::Column::WorkItemId.is_in(chunk.iter().copied()))
                .exec(&tx.conn)
                .await?;
        }
        // From the end, so that each shift leaves the positions before it as they were read.
        for row in present.iter().rev().filter(|row| removed.contains(&row.work_item_id)) {
            shift(tx, sprint.id, row.position + 1, i64::MAX, -1).await?;
        }
        let items = write::lock_all(tx, ids).await?;
        let entry = Entry::new("sprint_removed").data("sprint", sprint.code).data("sprint_id", sprint.id.to_string());
        write::note(tx, &items, &entry).await?;
        let total = (present.len() - removed.len()) as u64;
        Ok(SprintItemsChanged { changed, already, total })
    }
}
