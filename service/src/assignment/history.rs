//! The history of an item's assignments, each with what the ledger says of it.

use callboard_entity::{task_assignments as assignments, work_item_events as events};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use crate::db::{Query, Tx};
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item;

/// The newest 100 assignments of an item, newest first; or the one assignment of that id.
///
/// # Errors
/// `NotFound`, with near keys.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AssignmentHistory {
    /// An item's key or id, or an assignment's id.
    pub of: Ref,
}

/// An assignment and its ledger rows, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// The assignment, in whatever state it is.
    pub assignment: assignments::Model,
    /// Its item's key.
    pub item: String,
    /// The item's ledger rows that name this assignment.
    pub events: Vec<events::Model>,
}

impl Query for AssignmentHistory {
    type Output = Vec<Past>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<Past>> {
        let one = match &self.of {
            Ref::Id(id) => assignments::Entity::find_by_id(*id).one(&tx.conn).await?,
            Ref::Name(_) => None,
        };
        let (key, found) = match one {
            Some(assignment) => {
                let item = item::find(tx, &Ref::Id(assignment.work_item_id)).await?;
                (item.key, vec![assignment])
            }
            None => {
                let item = item::find(tx, &self.of).await.map_err(|error| match error {
                    Error::NotFound { name, near, .. } => Error::NotFound { entity: "item or assignment", name, near },
                    other => other,
                })?;
                let query = assignments::Entity::find()
                    .filter(assignments::Column::WorkItemId.eq(item.id))
                    .order_by_desc(assignments::Column::Id)
                    .limit(100);
                (item.key, query.all(&tx.conn).await?)
            }
        };
        let mut rows = events::Entity::find()
            .filter(events::Column::AssignmentId.is_in(found.iter().map(|a| a.id)))
            .order_by_asc(events::Column::Revision)
            .all(&tx.conn)
            .await?;
        let past = found.into_iter().map(|assignment| {
            let (own, others) = rows.drain(..).partition(|e| e.assignment_id == Some(assignment.id));
            rows = others;
            Past { assignment, item: key.clone(), events: own }
        });
        Ok(past.collect())
    }
}
