//! Who holds an item: while an assignment is open, only its own verbs and `item cancel` move the item.

use callboard_entity::{task_assignments as assignments, work_items};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::db::Tx;
use crate::db::dialect::open;
use crate::error::{Conflict, Result};

/// The open assignment of an item; the caller has locked the item, so there comes no other one.
pub(super) async fn open(tx: &Tx, item: &work_items::Model) -> Result<Option<assignments::Model>> {
    let open =
        assignments::Entity::find().filter(assignments::Column::WorkItemId.eq(item.id)).filter(open::assignments());
    Ok(open.one(&tx.conn).await?)
}

/// Refuses an item that somebody holds, naming the assignment.
pub(super) async fn refuse(tx: &Tx, item: &work_items::Model) -> Result<()> {
    match open(tx, item).await? {
        None => Ok(()),
        Some(held) => {
            let status = held.status.as_str().to_owned();
            Err(Conflict::Held { item: item.key.clone(), assignment: held.id, status }.into())
        }
    }
}
