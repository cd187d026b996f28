//! A holder's verb in one statement, where the database has one for it.

use callboard_entity::{task_assignments, work_items};
use chrono::SecondsFormat;
use sea_orm::{ConnectionTrait, FromQueryResult, Value};
use uuid::Uuid;

use crate::db::Tx;
use crate::error::Result;
use crate::id;
use crate::workflow;

/// Runs the statement; `None` where there is none, or where it found nothing that it may change.
///
/// The caller then goes the long way, which tells a repeat from a refusal.
pub(super) async fn run(
    tx: &Tx,
    sql: Option<&str>,
    assignment: Uuid,
    reason: Option<&str>,
    own: [Value; 2],
) -> Result<Option<(task_assignments::Model, work_items::Model)>> {
    let Some(sql) = sql else { return Ok(None) };
    let mut values = vec![
        assignment.into(),
        tx.now.into(),
        id::new().into(),
        tx.actor.kind.as_str().into(),
        tx.actor.id.into(),
        reason.map(str::to_owned).into(),
        tx.now.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
    ];
    values.extend(own);
    values.push(tx.session.into());
    let row = tx.conn.query_one_raw(tx.dialect.statement(sql, values)).await?;
    let Some(row) = row else { return Ok(None) };
    let assignment = task_assignments::Model::from_query_result(&row, "a_")?;
    let item = work_items::Model::from_query_result(&row, "")?;
    if row.try_get("", "in_workflow")? {
        workflow::follow(tx, &item).await?;
    }
    Ok(Some((assignment, item)))
}
