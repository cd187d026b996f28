//! A holder's verb in one statement, where the database has one for it; or one for many of them.

use callboard_entity::{task_assignments, work_items};
use chrono::SecondsFormat;
use sea_orm::{DbErr, Value};
use serde_json::json;
use uuid::Uuid;

use super::complete::Complete;
use crate::db::listed::Listed;
use crate::db::{Alone, By, Cells, Tx};
use crate::error::Result;
use crate::id;
use crate::item::write;
use crate::workflow;

/// What a holder's statement is about, beside who writes; `own` are its parameters 8 and 9.
pub(super) struct Asked<'a> {
    pub assignment: Uuid,
    pub reason: Option<&'a str>,
    pub own: [Value; 2],
}

/// The assignment and its item, as they are afterwards.
type Written = (task_assignments::Model, work_items::Model);

/// Runs the statement; `None` where there is none, or where it found nothing that it may change.
///
/// The caller then goes the long way, which tells a repeat from a refusal.
pub(super) async fn run(tx: &Tx, sql: Option<&str>, what: Asked<'_>) -> Result<Option<Written>> {
    let Some(sql) = sql else { return Ok(None) };
    let Some((assignment, item, in_workflow)) = tx.row(sql, what.values(tx.by()), read_whole).await? else {
        return Ok(None);
    };
    write::tell(tx, &item);
    if in_workflow {
        workflow::follow(tx, &item).await?;
    }
    Ok(Some((assignment, item)))
}

/// As [`run`], by a statement that is a transaction by itself, and touches nothing but the assignment and its item.
pub(super) async fn alone(alone: Alone<'_>, sql: Option<&'static str>, what: Asked<'_>) -> Result<Option<Written>> {
    let Some(sql) = sql else { return Ok(None) };
    Ok(alone.rows(sql, what.values(alone.by()), read).await?.pop())
}

fn read(cells: &mut Cells<'_>) -> Result<Written, DbErr> {
    Ok((task_assignments::Model::read(cells)?, work_items::Model::read(cells)?))
}

/// And whether a workflow waits for it.
fn read_whole(cells: &mut Cells<'_>) -> Result<(task_assignments::Model, work_items::Model, bool), DbErr> {
    let (assignment, item) = read(cells)?;
    Ok((assignment, item, cells.next()?))
}

impl Asked<'_> {
    fn values(self, by: By) -> Vec<Value> {
        let By { actor, now, session } = by;
        let [eighth, ninth] = self.own;
        vec![
            self.assignment.into(),
            now.into(),
            id::new().into(),
            actor.kind.as_str().into(),
            actor.id.into(),
            self.reason.map(str::to_owned).into(),
            now.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
            eighth,
            ninth,
            session.into(),
        ]
    }
}

/// Completes those that need no further look, in one statement; gives them. None where the database has none for it.
///
/// Their items are locked; each assignment is named once.
pub(super) async fn complete_many(tx: &Tx, asked: &[&Complete]) -> Result<Vec<Written>> {
    let Some(sql) = tx.dialect.complete_many() else { return Ok(Vec::new()) };
    let list = asked.iter().map(|complete| {
        let result: Vec<_> = complete.result.iter().collect();
        let hours = complete.hours()?.map(|hours| hours.to_string());
        Ok(json!([complete.assignment, id::new(), complete.notes, result, hours]))
    });
    let list = list.collect::<Result<Vec<_>>>()?;
    let values = vec![
        serde_json::Value::Array(list).into(),
        tx.now.into(),
        tx.now.to_rfc3339_opts(SecondsFormat::Micros, true).into(),
        tx.actor.kind.as_str().into(),
        tx.actor.id.into(),
        tx.session.into(),
    ];
    tx.rows(sql, values, read).await
}
