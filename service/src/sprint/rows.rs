//! The rows of `sprint_items`: their order has no gaps and no doubles, from 1.

use callboard_entity::sprint_items as rows;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;

/// The items of a sprint in their order. The caller has locked the sprint where it changes them.
pub(super) async fn ordered(tx: &Tx, sprint: Uuid) -> Result<Vec<rows::Model>> {
    let query = rows::Entity::find()
        .filter(rows::Column::SprintId.eq(sprint))
        .order_by_asc(rows::Column::Position)
        .order_by_asc(rows::Column::WorkItemId);
    Ok(query.all(&tx.conn).await?)
}

/// Moves every item whose position lies in `from..=to` by `by` places.
pub(super) async fn shift(tx: &Tx, sprint: Uuid, from: i64, to: i64, by: i64) -> Result<()> {
    rows::Entity::update_many()
        .col_expr(rows::Column::Position, Expr::col(rows::Column::Position).add(by))
        .filter(rows::Column::SprintId.eq(sprint))
        .filter(rows::Column::Position.between(from, to))
        .exec(&tx.conn)
        .await?;
    Ok(())
}

/// The place that was asked for, from 1 to `last`.
pub(super) fn place(asked: i64, last: i64) -> Result<i64> {
    if (1..=last).contains(&asked) {
        return Ok(asked);
    }
    Err(crate::error::Error::invalid("position", asked.to_string(), format!("must be 1 to {last}")))
}
