//! Moves an item to another place in its sprint.

use callboard_entity::sprint_items as rows;
use sea_orm::{ActiveModelTrait, EntityTrait, IntoActiveModel};
use serde::{Deserialize, Serialize};

use super::find::lock;
use super::rows::{ordered, place, shift};
use super::rules::not_completed;
use crate::db::{Tx, Verb};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item;

/// Moves an item to a position; the items between close up or make room. The order is the plan's, and no item changes.
///
/// # Errors
/// `NotFound` for the sprint, the item, and an item that is not in the sprint; `Conflict::Inactive` for a completed
/// sprint; `Invalid` for a position outside the sprint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MoveSprintItem {
    /// The project of the sprint, by slug or id; needed only where a code is that of sprints in several projects.
    pub project: Option<Ref>,
    /// By code or id.
    pub sprint: Ref,
    /// By key or id; one that is in the sprint.
    pub item: Ref,
    /// From 1 to the number of items.
    pub position: i64,
}

impl Verb for MoveSprintItem {
    type Output = rows::Model;

    async fn apply(&self, tx: &Tx) -> Result<rows::Model> {
        let sprint = lock(tx, self.project.as_ref(), &self.sprint).await?;
        not_completed(&sprint)?;
        let item = item::find(tx, &self.item).await?;
        let present = ordered(tx, sprint.id).await?;
        let row = present.iter().find(|row| row.work_item_id == item.id).cloned();
        let mut row = row.ok_or_else(|| Error::not_found("item in this sprint", item.key))?;
        let to = place(self.position, i64::try_from(present.len()).unwrap_or(i64::MAX))?;
        let from = row.position;
        if to < from {
            shift(tx, sprint.id, to, from - 1, 1).await?;
        } else {
            shift(tx, sprint.id, from + 1, to, -1).await?;
        }
        row.position = to;
        rows::Entity::update(row.clone().into_active_model().reset_all()).exec(&tx.conn).await?;
        Ok(row)
    }
}
