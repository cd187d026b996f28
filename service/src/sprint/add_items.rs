//! Plans items into a sprint.

use std::collections::HashSet;

use callboard_entity::{sprint_items as rows, work_items};
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find::lock;
use super::rows::{ordered, place, shift};
use super::rules::not_completed;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::{find_all, not_archived, write};

/// Adds items to a sprint, in the order given; all of them or none. Each gets a ledger row.
///
/// # Errors
/// `NotFound` for the sprint or an item; `Conflict::Inactive` for a completed sprint or an archived item; `Invalid` for
/// an item of another project and for a position outside the sprint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddSprintItems {
    /// The project of the sprint, by slug or id; needed only where a code is that of sprints in several projects.
    pub project: Option<Ref>,
    /// By code or id.
    pub sprint: Ref,
    /// By key or id.
    pub items: Vec<Ref>,
    /// Where the first of them goes, from 1; the end where none is named.
    pub position: Option<i64>,
}

/// What adding items to a sprint, or removing some, did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SprintItemsChanged {
    /// The keys that were added or removed.
    pub changed: Vec<String>,
    /// The keys that were in the sprint, or not in it, already.
    pub already: Vec<String>,
    /// How many items the sprint has now.
    pub total: u64,
}

impl Verb for AddSprintItems {
    type Output = SprintItemsChanged;

    async fn apply(&self, tx: &Tx) -> Result<SprintItemsChanged> {
        let sprint = lock(tx, self.project.as_ref(), &self.sprint).await?;
        not_completed(&sprint)?;
        let found = find_all(tx, self.items.iter()).await?;
        let present = ordered(tx, sprint.id).await?;
        let last = i64::try_from(present.len()).unwrap_or(i64::MAX);
        let mut seen: HashSet<Uuid> = present.into_iter().map(|row| row.work_item_id).collect();
        let mut new: Vec<&work_items::Model> = Vec::new();
        let mut already = Vec::new();
        for item in self.items.iter().filter_map(|name| found.get(name)) {
            if item.project_id != sprint.project_id {
                return Err(Error::invalid("item", &*item.key, "must be of the sprint's own project"));
            }
            not_archived(item)?;
            if seen.insert(item.id) {
                new.push(item);
            } else {
                already.push(item.key.clone());
            }
        }
        let first = place(self.position.unwrap_or(last + 1), last + 1)?;
        let count = i64::try_from(new.len()).unwrap_or(i64::MAX);
        shift(tx, sprint.id, first, last, count).await?;
        let added: Vec<rows::Model> = (first..)
            .zip(&new)
            .map(|(position, item)| rows::Model {
                sprint_id: sprint.id,
                work_item_id: item.id,
                position,
                created_at: tx.now,
            })
            .collect();
        for chunk in added.chunks(5000) {
            let rows = chunk.iter().map(|row| row.clone().into_active_model().reset_all());
            rows::Entity::insert_many(rows).exec_without_returning(&tx.conn).await?;
        }
        let items = write::lock_all(tx, new.iter().map(|item| item.id)).await?;
        let entry = Entry::new("sprint_added").data("sprint", sprint.code).data("sprint_id", sprint.id.to_string());
        write::note(tx, &items, &entry).await?;
        let changed = new.iter().map(|item| item.key.clone()).collect();
        Ok(SprintItemsChanged { changed, already, total: seen.len() as u64 })
    }
}
