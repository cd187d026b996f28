//! Lets an item wait for another one.

use callboard_entity::task_prerequisites as edges;
use serde::{Deserialize, Serialize};

use super::edge;
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::id::Ref;
use crate::item::ledger::Entry;
use crate::item::{self, fields, write};

/// Lets `item` wait until `prerequisite` is done (a completion dependency).
///
/// A prerequisite that is done already is satisfied at once. An edge that is there already is left as it is.
///
/// # Errors
/// `NotFound`; `Cycle` with the whole of it, also for an item that would wait for itself; `Invalid` for items of two
/// projects; `Conflict` where either is archived or the prerequisite is cancelled.
///
/// # Example
/// ```no_run
/// use callboard_service::Actor;
/// use callboard_service::prerequisite::AddPrerequisite;
///
/// # async fn example(board: callboard_service::Callboard) -> Result<(), callboard_service::Error> {
/// // CB-2 is not ready until CB-1 is done.
/// let added = board.run(Actor::SYSTEM, &AddPrerequisite::new("CB-2", "CB-1")).await?;
/// println!("{}: {}", added.edge.description, added.edge.status.as_str());
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddPrerequisite {
    /// The item that is to wait, by key or id.
    pub item: Ref,
    /// What it waits for, by key or id; of the same project.
    pub prerequisite: Ref,
    /// What must be true; `KEY is done` where nothing is said.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether the edge is a hint only: shown, but nothing waits for it.
    #[serde(default)]
    pub optional: bool,
}

impl AddPrerequisite {
    /// A mandatory edge that says nothing more.
    pub fn new(item: impl Into<Ref>, prerequisite: impl Into<Ref>) -> Self {
        Self { item: item.into(), prerequisite: prerequisite.into(), description: None, optional: false }
    }
}

/// The edge, and whether it was there before.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AddedPrerequisite {
    /// As it is now.
    pub edge: edges::Model,
    /// It was there before: nothing was changed.
    pub already: bool,
}

impl Verb for AddPrerequisite {
    type Output = AddedPrerequisite;

    async fn apply(&self, tx: &Tx) -> Result<Self::Output> {
        let description = fields::text("description", self.description.as_deref())?;
        let item = item::find(tx, &self.item).await?;
        let prerequisite = item::find(tx, &self.prerequisite).await?;
        let (item, prerequisite) = edge::lock_both(tx, &item, &prerequisite).await?;
        if let Some(edge) = edge::between(tx, item.id, prerequisite.id).await? {
            return Ok(AddedPrerequisite { edge, already: true });
        }
        item::not_archived(&item)?;
        edge::check_acyclic(tx, &item, &prerequisite).await?;
        let edge = edge::new(tx, item.id, &prerequisite, description, !self.optional)?;
        edge::insert(tx, vec![edge.clone()]).await?;
        let mut after = item.clone();
        after.unmet_prerequisites += i64::from(edge::is_waiting(&edge));
        let entry = Entry::new("prerequisite_added")
            .data("prerequisite", prerequisite.key)
            .data("prerequisite_id", prerequisite.id.to_string())
            .data("prerequisite_status", edge.status.as_str());
        write::update(tx, &item, after, entry).await?;
        Ok(AddedPrerequisite { edge, already: false })
    }
}
