//! Takes away a prerequisite.

use callboard_entity::task_prerequisites as edges;
use sea_orm::EntityTrait;
use serde::{Deserialize, Serialize};

use super::edge;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::write;

/// Removes the edge from an item to what it waits for.
///
/// # Errors
/// `NotFound` for either item or the edge.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemovePrerequisite {
    /// The item that waits, by key or id.
    pub item: Ref,
    /// What it waits for, by key or id.
    pub prerequisite: Ref,
}

impl Verb for RemovePrerequisite {
    /// The edge as it was.
    type Output = edges::Model;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        let (item, prerequisite, edge) = edge::lock_edge(tx, &self.item, &self.prerequisite).await?;
        edges::Entity::delete_by_id(edge.id).exec(&tx.conn).await?;
        let mut after = item.clone();
        after.unmet_prerequisites -= i64::from(edge::is_waiting(&edge));
        let entry = Entry::new("prerequisite_removed")
            .data("prerequisite", prerequisite.key)
            .data("prerequisite_id", prerequisite.id.to_string())
            .data("prerequisite_status", edge.status.as_str());
        write::update(tx, &item, after, entry).await?;
        Ok(edge)
    }
}
