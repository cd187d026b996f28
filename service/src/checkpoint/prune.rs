//! Removes checkpoints that a setting keeps no longer, for the sweep.

use callboard_entity::{checkpoints, work_items};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use uuid::Uuid;

use super::add;
use crate::db::Tx;
use crate::error::Result;
use crate::item::write;
use crate::setting;

/// Removes what is older than the checkpoints that a project keeps, of up to `limit` items; gives the items' keys and how
/// many of each were removed.
///
/// The items are locked in the order of their ids, and what is to go is read under the lock.
pub(crate) async fn prune_old(tx: &Tx, project: Uuid, limit: u64) -> Result<Vec<(String, u64)>> {
    let kept = setting::checkpoints_kept(tx, Some(project)).await?;
    let of = checkpoints::Column::WorkItemId;
    let many: Vec<Uuid> = checkpoints::Entity::find()
        .select_only()
        .column(of)
        .join(JoinType::InnerJoin, checkpoints::Relation::WorkItem.def())
        .filter(work_items::Column::ProjectId.eq(project))
        .group_by(of)
        .having(Expr::col((checkpoints::Entity, checkpoints::Column::Id)).count().gt(kept))
        .order_by_asc(of)
        .limit(limit)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut removed = Vec::new();
    for item in write::lock_all(tx, many).await? {
        let newest = super::rows::newest(tx, item.id).await?.map_or(0, |newest| newest.seq);
        let gone = add::prune(tx, &item, newest).await?;
        if gone > 0 {
            removed.push((item.key, gone));
        }
    }
    Ok(removed)
}
