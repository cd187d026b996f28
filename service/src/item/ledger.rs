//! The ledger: one row for every change of an item, from which its state can be told again.

use callboard_entity::{WorkItemStatus, work_item_events as events, work_items};
use chrono::DateTime;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id;

/// What a ledger row says beside the change itself.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entry {
    pub kind: &'static str,
    pub reason: Option<String>,
    /// The assignment by which the change came, and its state after it.
    pub assignment: Option<(Uuid, &'static str)>,
    /// Whatever else is worth keeping; never holds `after`.
    pub data: Map<String, Value>,
    /// Another actor than the transaction's.
    pub actor: Option<Actor>,
}

impl Entry {
    pub fn new(kind: &'static str) -> Self {
        Self { kind, ..Self::default() }
    }

    pub fn reason(mut self, reason: Option<&str>) -> Self {
        self.reason = reason.map(str::to_owned);
        self
    }

    pub fn assignment(mut self, id: Uuid, status: &'static str) -> Self {
        self.assignment = Some((id, status));
        self
    }

    pub fn by(mut self, actor: Actor) -> Self {
        self.actor = Some(actor);
        self
    }

    pub fn data(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }
}

/// The part of an item that the ledger can tell again.
pub(crate) fn replayed(item: &work_items::Model) -> Map<String, Value> {
    changes(None, item)
}

/// Those fields of it that differ; all for a new item.
fn changes(before: Option<&work_items::Model>, after: &work_items::Model) -> Map<String, Value> {
    let mut found = Map::new();
    macro_rules! tell {
        ($($field:ident as $value:expr;)*) => {
            $(if before.is_none_or(|before| before.$field != after.$field) {
                found.insert(stringify!($field).to_owned(), json!($value));
            })*
        };
    }
    tell!(
        status as after.status;
        delegation_status as after.delegation_status;
        assignee_type as after.assignee_type;
        assignee_id as after.assignee_id;
        attempt_count as after.attempt_count;
        available_at as time(after.available_at);
        unmet_prerequisites as after.unmet_prerequisites;
        dead_at as time(after.dead_at);
        archived_at as time(after.archived_at);
    );
    found
}

fn time(at: Option<Timestamp>) -> Option<String> {
    at.map(|at| at.to_rfc3339_opts(chrono::SecondsFormat::Micros, true))
}

/// The ledger row of a change from `before` (`None` for a new item) to `after`.
pub(crate) fn row(
    tx: &Tx,
    before: Option<&work_items::Model>,
    after: &work_items::Model,
    entry: Entry,
) -> events::Model {
    let mut changed = changes(before, after);
    if let Some((id, status)) = entry.assignment {
        changed.insert("assignment_id".to_owned(), json!(id));
        changed.insert("assignment_status".to_owned(), json!(status));
    }
    let mut data = entry.data;
    if !changed.is_empty() {
        data.insert("after".to_owned(), Value::Object(changed));
    }
    // What Callboard does by itself on the way, or an import tells of others, is no work of the session.
    let session = if entry.actor.is_some() { None } else { tx.session };
    let actor = entry.actor.unwrap_or(tx.actor);
    let from = before.map(|b| b.status);
    let moved = from != Some(after.status);
    let word = |s: WorkItemStatus| s.as_str().to_owned();
    events::Model {
        id: id::new(),
        work_item_id: after.id,
        revision: after.revision,
        assignment_id: entry.assignment.map(|(id, _)| id),
        session_id: session,
        kind: entry.kind.to_owned(),
        from_status: from.filter(|_| moved).map(word),
        to_status: moved.then(|| word(after.status)),
        actor_type: actor.kind,
        actor_id: actor.id,
        reason: entry.reason,
        data: if data.is_empty() { None } else { Some(Value::Object(data)) },
        created_at: tx.now,
    }
}

/// An item whose row does not say what its ledger says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Mismatch {
    /// The item's key.
    pub key: String,
    /// The field that differs.
    pub field: String,
    /// What the row says.
    pub row: Value,
    /// What the replayed ledger says.
    pub ledger: Value,
}

/// Replays the ledger of every item, in pages of 500, and names what differs from the rows.
///
/// # Errors
/// The database's alone: what differs is the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReplayLedger;

impl Query for ReplayLedger {
    type Output = Vec<Mismatch>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<Mismatch>> {
        let mut found = Vec::new();
        let mut after: Option<Uuid> = None;
        loop {
            let mut page = work_items::Entity::find().order_by_asc(work_items::Column::Id).limit(500);
            if let Some(id) = after {
                page = page.filter(work_items::Column::Id.gt(id));
            }
            let items = page.all(&tx.conn).await?;
            let Some(last) = items.last() else { return Ok(found) };
            after = Some(last.id);
            let rows = events::Entity::find()
                .filter(events::Column::WorkItemId.is_in(items.iter().map(|i| i.id)))
                .order_by_asc(events::Column::WorkItemId)
                .order_by_asc(events::Column::Revision)
                .all(&tx.conn)
                .await?;
            for item in &items {
                let own: Vec<&events::Model> = rows.iter().filter(|e| e.work_item_id == item.id).collect();
                found.extend(compare(item, &own));
                found.extend(assignments(tx, item, &own).await?);
            }
        }
    }
}

fn compare(item: &work_items::Model, events: &[&events::Model]) -> Vec<Mismatch> {
    let mut state = Map::new();
    for event in events {
        if let Some(Value::Object(after)) = event.data.as_ref().and_then(|d| d.get("after")) {
            state.extend(after.clone());
        }
    }
    let mismatch = |field: &str, row: &Value, ledger: Value| Mismatch {
        key: item.key.clone(),
        field: field.to_owned(),
        row: row.clone(),
        ledger,
    };
    let mut found = Vec::new();
    for (field, value) in replayed(item) {
        let ledger = state.get(&field).cloned().unwrap_or(Value::Null);
        if !same(&value, &ledger) {
            found.push(mismatch(&field, &value, ledger));
        }
    }
    let newest = events.last().map_or(0, |e| e.revision);
    if newest != item.revision {
        found.push(mismatch("revision", &json!(item.revision), json!(newest)));
    }
    found
}

/// Whether each assignment stands where the ledger last saw it.
async fn assignments(tx: &Tx, item: &work_items::Model, events: &[&events::Model]) -> Result<Vec<Mismatch>> {
    use callboard_entity::task_assignments as assignments;
    let rows = assignments::Entity::find().filter(assignments::Column::WorkItemId.eq(item.id)).all(&tx.conn).await?;
    let mut found = Vec::new();
    for row in rows {
        let seen = events.iter().rev().find_map(|e| {
            let after = e.data.as_ref()?.get("after")?;
            (after.get("assignment_id")? == &json!(row.id)).then(|| after.get("assignment_status").cloned())?
        });
        let status = json!(row.status);
        if seen.as_ref() != Some(&status) {
            found.push(Mismatch {
                key: item.key.clone(),
                field: format!("assignment {}", row.id),
                row: status,
                ledger: seen.unwrap_or(Value::Null),
            });
        }
    }
    Ok(found)
}

/// Equal, where two ways of writing one time are equal too.
fn same(a: &Value, b: &Value) -> bool {
    let time = |v: &Value| v.as_str().and_then(|s| DateTime::parse_from_rfc3339(s).ok());
    a == b || matches!((time(a), time(b)), (Some(a), Some(b)) if a == b)
}
