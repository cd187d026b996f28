//! The rows of `work_stream_items`: their order has no gaps and no doubles, from 1.

use callboard_entity::work_stream_items as rows;
use sea_orm::sea_query::{CaseStatement, Expr};
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::{Error, Result};

/// The items of a stream in their order. The caller has locked the stream where it changes them.
pub(super) async fn ordered(tx: &Tx, stream: Uuid) -> Result<Vec<rows::Model>> {
    let query = rows::Entity::find()
        .filter(rows::Column::StreamId.eq(stream))
        .order_by_asc(rows::Column::Position)
        .order_by_asc(rows::Column::WorkItemId);
    Ok(query.all(&tx.conn).await?)
}

/// The items of a stream by id, in their order.
pub(crate) async fn items_in_order(tx: &Tx, stream: Uuid) -> Result<Vec<Uuid>> {
    let query = rows::Entity::find()
        .select_only()
        .column(rows::Column::WorkItemId)
        .filter(rows::Column::StreamId.eq(stream))
        .order_by_asc(rows::Column::Position)
        .order_by_asc(rows::Column::WorkItemId);
    Ok(query.into_tuple().all(&tx.conn).await?)
}

/// Numbers the items of a stream anew, from 1 in the order of `items`, which are all of them: one statement at most.
pub(super) async fn renumber(tx: &Tx, stream: Uuid, before: &[rows::Model], items: &[Uuid]) -> Result<()> {
    let place = |item: Uuid| before.iter().find(|row| row.work_item_id == item).map(|row| row.position);
    let moved: Vec<(Uuid, i64)> =
        items.iter().copied().zip(1..).filter(|(item, position)| place(*item) != Some(*position)).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let mut places = CaseStatement::new();
    for (item, position) in &moved {
        places = places.case(Expr::col(rows::Column::WorkItemId).eq(*item), *position);
    }
    let places = places.finally(Expr::col(rows::Column::Position));
    rows::Entity::update_many()
        .col_expr(rows::Column::Position, places.into())
        .filter(rows::Column::StreamId.eq(stream))
        .filter(rows::Column::WorkItemId.is_in(moved.iter().map(|(item, _)| *item)))
        .exec(&tx.conn)
        .await?;
    Ok(())
}

/// The place that was asked for, from 1 to `last`.
pub(super) fn place(asked: i64, last: usize) -> Result<usize> {
    match usize::try_from(asked) {
        Ok(place) if (1..=last).contains(&place) => Ok(place),
        _ => Err(Error::invalid("position", asked.to_string(), format!("must be 1 to {last}"))),
    }
}
