//! Parents: which item may be put under which.

use callboard_entity::work_items;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::find;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::prerequisite::edge;

/// Finds a parent for an item. The caller has locked the project's edges, so no second change can close a cycle.
///
/// # Errors
/// `Cycle` naming the way up from the parent to the item; `Invalid` for an item of another project; `Inactive` for an
/// archived one; `NotFound`.
pub(crate) async fn resolve(tx: &Tx, item: &work_items::Model, parent: &Ref) -> Result<Uuid> {
    let parent = find::find(tx, parent).await?;
    if parent.id == item.id {
        return Err(edge::itself(&item.key));
    }
    if parent.project_id != item.project_id {
        return Err(Error::invalid("parent", &*parent.key, format!("must be in the project of {}", item.key)));
    }
    find::not_archived(&parent)?;
    let way = above(tx, parent.id).await?;
    match way.iter().position(|id| *id == item.id) {
        None => Ok(parent.id),
        Some(end) => {
            let mut path = vec![item.id];
            path.extend(&way[..=end]);
            Err(edge::cycle(edge::keys(tx, &path).await?))
        }
    }
}

/// The item and its ancestors, from the bottom up.
async fn above(tx: &Tx, item: Uuid) -> Result<Vec<Uuid>> {
    // UNION ALL with a depth, so that the order is told; the depth also ends the walk over rows that were changed by hand.
    let sql = "WITH RECURSIVE above(id, parent_id, depth) AS ( \
        SELECT id, parent_id, 0 FROM work_items WHERE id = $1 UNION ALL \
        SELECT w.id, w.parent_id, above.depth + 1 FROM work_items w JOIN above ON w.id = above.parent_id \
        WHERE above.depth < 100000) SELECT id FROM above ORDER BY depth";
    let rows = tx.conn.query_all_raw(tx.dialect.statement(sql, [item.into()])).await?;
    Ok(rows.iter().map(|row| row.try_get("", "id")).collect::<Result<_, _>>()?)
}
