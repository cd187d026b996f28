//! Takes away a prerequisite.

use callboard_entity::task_prerequisites as edges;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use super::named;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::write;

/// Removes a prerequisite of any type.
///
/// # Errors
/// `NotFound` for the item or the prerequisite.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemovePrerequisite {
    /// The item that waits, by key or id.
    pub item: Ref,
    /// What it waits for: an item by key or id; a file by its path; another by its id, or by what it says.
    pub prerequisite: Ref,
}

impl Verb for RemovePrerequisite {
    /// The edge as it was.
    type Output = edges::Model;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        let locked = named::lock(tx, &self.item, &self.prerequisite).await?;
        edges::Entity::delete_by_id(locked.edge.id).exec(&tx.conn).await?;
        let mut after = locked.item.clone();
        after.unmet_prerequisites -= i64::from(locked.counts());
        let entry = Entry::new("prerequisite_removed")
            .data("prerequisite", locked.name())
            .data("prerequisite_id", locked.edge.prerequisite_id.map(|id| id.to_string()))
            .data("prerequisite_status", locked.edge.status.as_str());
        write::update(tx, &locked.item, after, entry).await?;
        Ok(locked.edge)
    }
}
