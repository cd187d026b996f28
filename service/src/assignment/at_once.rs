//! A holder's verb in one statement, where the database has one for it; or one for many of them.

use callboard_entity::{task_assignments, work_items};
use chrono::SecondsFormat;
use sea_orm::{ConnectionTrait, FromQueryResult, QueryResult, Value};
use serde_json::json;
use uuid::Uuid;

use super::complete::Complete;
use crate::actor::Actor;
use crate::clock::Timestamp;
use crate::db::{Alone, Tx};
use crate::error::Result;
use crate::id;
use crate::item::write;
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
    let values = values(tx.actor, tx.now, tx.session, assignment, reason, own);
    let row = tx.conn.query_one_raw(tx.dialect.statement(sql, values)).await?;
    let Some(row) = row else { return Ok(None) };
    let (assignment, item) = read(&row)?;
    write::tell(tx, &item);
    if row.try_get("", "in_workflow")? {
        workflow::follow(tx, &item).await?;
    }
    Ok(Some((assignment, item)))
}

/// As [`run`], by a statement that is a transaction by itself, and touches nothing but the assignment and its item.
pub(super) async fn alone(
    alone: Alone<'_>,
    sql: Option<&str>,
    assignment: Uuid,
    reason: Option<&str>,
    own: [Value; 2],
) -> Result<Option<(task_assignments::Model, work_items::Model)>> {
    let Some(sql) = sql else { return Ok(None) };
    let values = values(alone.actor, alone.now, None, assignment, reason, own);
    let row = alone.conn.query_one_raw(alone.dialect.statement(sql, values)).await?;
    row.as_ref().map(read).transpose()
}

fn read(row: &QueryResult) -> Result<(task_assignments::Model, work_items::Model)> {
    let assignment = task_assignments::Model::from_query_result(row, "a_")?;
    Ok((assignment, work_items::Model::from_query_result(row, "")?))
}

fn values(
    actor: Actor,
    now: Timestamp,
    session: Option<Uuid>,
    assignment: Uuid,
    reason: Option<&str>,
    own: [Value; 2],
) -> Vec<Value> {
    let mut values = vec![
        assignment.into(),
        now.into(),
        id::new().into(),
        actor.kind.as_str().into(),
        actor.id.into(),
        reason.map(str::to_owned).into(),
        now.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
    ];
    values.extend(own);
    values.push(session.into());
    values
}

/// Completes those that need no further look, in one statement; gives them. None where the database has none for it.
///
/// Their items are locked; each assignment is named once.
pub(super) async fn complete_many(
    tx: &Tx,
    asked: &[&Complete],
) -> Result<Vec<(task_assignments::Model, work_items::Model)>> {
    let Some(sql) = tx.dialect.complete_many() else { return Ok(Vec::new()) };
    let list = asked.iter().map(|complete| {
        let result: Vec<_> = complete.result.iter().collect();
        let hours = complete.hours()?.map(|hours| hours.to_string());
        Ok(json!([complete.assignment, id::new(), complete.notes, result, hours]))
    });
    let list = list.collect::<Result<Vec<_>>>()?;
    let values = [
        serde_json::Value::Array(list).into(),
        tx.now.into(),
        tx.now.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
        tx.actor.kind.as_str().into(),
        tx.actor.id.into(),
        tx.session.into(),
    ];
    let rows = tx.conn.query_all_raw(tx.dialect.statement(sql, values)).await?;
    rows.iter().map(read).collect()
}
