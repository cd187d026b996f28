//! Replays the ledgers of a window of items, and holds them against the rows.
//!
//! Words are compared as texts, so that one that this build does not know is a difference and stops nothing.

use std::collections::HashMap;

use chrono::DateTime;
use sea_orm::{ConnectionTrait, QueryResult};
use serde_json::Value;
use uuid::Uuid;

use super::damage::Damage;
use super::window::{Broken, Window};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::db::dialect::Dialect;
use crate::error::Result;

/// Items whose ledgers are read at once.
const PAGE: usize = 500;

/// The fields that a ledger tells again, with the columns that hold them.
const WORDS: &[&str] = &["status", "delegation_status", "assignee_type"];
const NUMBERS: &[&str] = &["attempt_count", "unmet_prerequisites"];
const TIMES: &[&str] = &["available_at", "dead_at", "archived_at"];

/// The rows of the items, the assignments and the ledger of a window, each in an order in which they can be merged.
pub(super) fn statements(dialect: Dialect) -> [String; 3] {
    let within = "WHERE w.project_id = $1 AND w.id >= $2 AND w.id <= $3";
    let times: Vec<String> = TIMES.iter().map(|time| format!("w.{time} AS {time}")).collect();
    [
        format!(
            "SELECT w.id AS id, w.\"key\" AS subject, w.revision AS revision, w.status AS status, \
             w.delegation_status AS delegation_status, w.assignee_type AS assignee_type, w.assignee_id AS assignee_id, \
             w.attempt_count AS attempt_count, w.unmet_prerequisites AS unmet_prerequisites, {} \
             FROM work_items w {within} ORDER BY w.id LIMIT {PAGE}",
            times.join(", ")
        ),
        format!(
            "SELECT a.work_item_id AS item, a.id AS id, a.status AS status FROM task_assignments a \
             JOIN work_items w ON w.id = a.work_item_id {within}"
        ),
        format!(
            "SELECT e.work_item_id AS item, e.revision AS revision, {} AS after FROM work_item_events e \
             JOIN work_items w ON w.id = e.work_item_id {within} ORDER BY e.work_item_id, e.revision",
            dialect.json_part("e.data", "after")
        ),
    ]
}

/// What an item's ledger tells.
#[derive(Default)]
struct Told {
    fields: HashMap<String, Value>,
    assignments: HashMap<String, String>,
    /// The first and the newest revision, and how many rows there are.
    first: i64,
    newest: i64,
    rows: i64,
    unreadable: bool,
}

/// What differs between the rows of a window's items and their ledgers.
pub(super) async fn compare(tx: &Tx, window: &Window) -> Result<Vec<Broken>> {
    let [items, assignments, events] = statements(tx.dialect);
    let mut found = Vec::new();
    let mut first = window.first;
    loop {
        let bound = [window.project.into(), first.into(), window.last.into()];
        let page = tx.conn.query_all_raw(tx.dialect.statement(&items, bound)).await?;
        let Some(last) = page.last() else { return Ok(found) };
        let last: Uuid = last.try_get("", "id")?;
        let bound = || [window.project.into(), first.into(), last.into()];
        let mut told = told(tx.conn.query_all_raw(tx.dialect.statement(&events, bound())).await?)?;
        let mut held: HashMap<Uuid, Vec<(Uuid, String)>> = HashMap::new();
        for row in tx.conn.query_all_raw(tx.dialect.statement(&assignments, bound())).await? {
            let (item, id, status) = (row.try_get("", "item")?, row.try_get("", "id")?, row.try_get("", "status")?);
            held.entry(item).or_default().push((id, status));
        }
        for row in &page {
            let id: Uuid = row.try_get("", "id")?;
            let told = told.remove(&id).unwrap_or_default();
            one(row, id, &told, held.get(&id).map_or(&[], Vec::as_slice), &mut found)?;
        }
        if page.len() < PAGE || last == window.last {
            return Ok(found);
        }
        first = after(last);
    }
}

/// The smallest id above another one.
fn after(id: Uuid) -> Uuid {
    Uuid::from_u128(id.as_u128().saturating_add(1))
}

fn told(rows: Vec<QueryResult>) -> Result<HashMap<Uuid, Told>> {
    let mut all: HashMap<Uuid, Told> = HashMap::new();
    for row in rows {
        let told = all.entry(row.try_get("", "item")?).or_default();
        told.newest = row.try_get("", "revision")?;
        told.first = if told.rows == 0 { told.newest } else { told.first };
        told.rows += 1;
        let Some(after) = row.try_get::<Option<String>>("", "after")? else { continue };
        let Ok(Value::Object(after)) = serde_json::from_str(&after) else {
            told.unreadable = true;
            continue;
        };
        if let (Some(Value::String(id)), Some(Value::String(status))) =
            (after.get("assignment_id"), after.get("assignment_status"))
        {
            told.assignments.insert(id.clone(), status.clone());
        }
        told.fields.extend(after);
    }
    Ok(all)
}

fn one(row: &QueryResult, id: Uuid, told: &Told, held: &[(Uuid, String)], found: &mut Vec<Broken>) -> Result<()> {
    let subject: String = row.try_get("", "subject")?;
    let mut broken = |damage: Damage, is: String, expected: String| {
        found.push(Broken { damage, item: Some(id), subject: subject.clone(), found: is, expected });
    };
    let revision: i64 = row.try_get("", "revision")?;
    if told.rows == 0 {
        broken(Damage::Ledger, format!("revision {revision}, and no ledger"), "a row for each change".to_owned());
        return Ok(());
    }
    if told.newest != revision || told.rows != told.newest - told.first + 1 {
        let (rows, first, newest) = (told.rows, told.first, told.newest);
        let expected = format!("the newest of {rows} rows of the ledger, {first} to {newest} without a gap");
        broken(Damage::Ledger, format!("revision {revision}"), expected);
    }
    if told.unreadable {
        broken(Damage::Ledger, "a row that can't be read".to_owned(), "what the change was".to_owned());
    }
    for field in WORDS {
        let is: Option<String> = row.try_get("", field)?;
        let was = told.fields.get(*field).and_then(Value::as_str);
        if is.as_deref() != was {
            broken(Damage::Ledger, said(name(field), is.as_deref()), said(name(field), was));
        }
    }
    let assignee: Option<Uuid> = row.try_get("", "assignee_id")?;
    let was = told.fields.get("assignee_id").and_then(Value::as_str).and_then(|id| Uuid::try_parse(id).ok());
    if assignee != was {
        broken(Damage::Ledger, "assignee that the ledger does not tell".to_owned(), "who was assigned last".to_owned());
    }
    for field in NUMBERS {
        let is: i64 = row.try_get("", field)?;
        let was = told.fields.get(*field).and_then(Value::as_i64);
        if Some(is) != was {
            let (damage, expected) = match (*field, was) {
                ("attempt_count", Some(was)) => (Damage::AttemptCount, was.to_string()),
                (_, was) => (Damage::Ledger, said(field, was.map(|n| n.to_string()).as_deref())),
            };
            broken(damage, said(field, Some(&is.to_string())), expected);
        }
    }
    for field in TIMES {
        let was = told.fields.get(*field).and_then(Value::as_str).and_then(time);
        match row.try_get::<Option<Timestamp>>("", field) {
            Ok(is) if is == was => {}
            Ok(is) => broken(Damage::Ledger, said_time(field, is), said_time(field, was)),
            Err(_) => broken(Damage::Ledger, format!("{field} that is no time"), said_time(field, was)),
        }
    }
    for (assignment, status) in held {
        let was = told.assignments.get(&assignment.to_string()).map(String::as_str);
        if was != Some(status) {
            broken(Damage::AssignmentLedger, said("assignment", Some(status)), said("assignment", was));
        }
    }
    Ok(())
}

/// A pair of columns that are one thing.
fn name(field: &'static str) -> &'static str {
    if field == "assignee_type" { "assignee" } else { field }
}

fn said(field: &str, value: Option<&str>) -> String {
    format!("{field} {}", value.unwrap_or("none"))
}

fn time(text: &str) -> Option<Timestamp> {
    DateTime::parse_from_rfc3339(text).ok().map(|at| at.to_utc())
}

fn said_time(field: &str, at: Option<Timestamp>) -> String {
    said(field, at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true)).as_deref())
}
