//! Whether a run left the board as it must be.

mod digest;

use std::collections::BTreeMap;

use callboard_service::entity::{work_item_events as events, work_items};
use chrono::SecondsFormat;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use serde_json::{Map, Value, json};

pub use digest::{digest, workflow_digest};

use crate::frame::Result;
use crate::frame::place::{connect, count};
use crate::seed::agent;

/// What the agents of a run did: all but the one who held items before.
fn own() -> String {
    let hex = agent(0).replace('-', "");
    format!("(hex(agent_id) <> upper('{hex}'))")
}

/// The counts that must be 0, and what it means where they are not.
fn faults(is_sqlite: bool) -> Vec<(&'static str, String)> {
    let own = if is_sqlite { own() } else { format!("agent_id <> '{}'", agent(0)) };
    vec![
        (
            "items were handed out twice",
            format!(
                "SELECT count(*) FROM (SELECT work_item_id FROM task_assignments WHERE {own} GROUP BY work_item_id \
                 HAVING count(*) > 1) t"
            ),
        ),
        (
            "completed assignments whose item is not done",
            "SELECT count(*) FROM task_assignments a JOIN work_items w ON w.id = a.work_item_id \
             WHERE a.status = 'completed' AND w.status <> 'done'"
                .to_owned(),
        ),
        (
            "items that are done without a completed assignment",
            "SELECT count(*) FROM work_items w WHERE w.status = 'done' AND NOT EXISTS (SELECT 1 FROM task_assignments a \
             WHERE a.work_item_id = w.id AND a.status = 'completed')"
                .to_owned(),
        ),
        ("assignments are left open", format!("SELECT count(*) FROM task_assignments WHERE {own} AND status <> 'completed'")),
        (
            "counters of unmet prerequisites are wrong",
            "SELECT count(*) FROM work_items w LEFT JOIN (SELECT work_item_id, count(*) AS n FROM task_prerequisites \
             WHERE is_mandatory AND status IN ('pending', 'failed') GROUP BY work_item_id) p ON p.work_item_id = w.id \
             WHERE w.unmet_prerequisites <> coalesce(p.n, 0)"
                .to_owned(),
        ),
    ]
}

/// Fails unless exactly so many items were claimed and completed, once each, and every touched ledger replays.
pub async fn board(url: &str, cycles: usize) -> Result<()> {
    let connection = connect(url).await?;
    let cycles = i64::try_from(cycles)?;
    for (what, sql) in faults(url.starts_with("sqlite")) {
        match count(&connection, &sql).await? {
            0 => {}
            n => return Err(format!("{n} {what}").into()),
        }
    }
    for (what, sql) in [
        ("items are done", "SELECT count(*) FROM work_items WHERE status = 'done'"),
        ("assignments are completed", "SELECT count(*) FROM task_assignments WHERE status = 'completed'"),
        ("ledger rows tell of a claim", "SELECT count(*) FROM work_item_events WHERE kind = 'claimed'"),
        ("ledger rows tell of a completion", "SELECT count(*) FROM work_item_events WHERE kind = 'completed'"),
    ] {
        match count(&connection, sql).await? {
            n if n == cycles => {}
            n => return Err(format!("{n} {what}, and not {cycles}").into()),
        }
    }
    replay(&connection).await?;
    Ok(connection.close().await?)
}

/// Replays the ledger of every item that a run has touched.
async fn replay(connection: &DatabaseConnection) -> Result<()> {
    let touched = work_items::Entity::find().filter(work_items::Column::Revision.gt(0)).all(connection).await?;
    for chunk in touched.chunks(500) {
        let rows = events::Entity::find()
            .filter(events::Column::WorkItemId.is_in(chunk.iter().map(|item| item.id)))
            .order_by_asc(events::Column::Revision)
            .all(connection)
            .await?;
        let mut told: BTreeMap<_, (i64, Map<String, Value>)> = BTreeMap::new();
        for row in rows {
            let (next, state) = told.entry(row.work_item_id).or_default();
            if row.revision != *next {
                return Err(
                    format!("the ledger of {} has {} in place of {next}", row.work_item_id, row.revision).into()
                );
            }
            *next += 1;
            if let Some(Value::Object(after)) = row.data.as_ref().and_then(|data| data.get("after")) {
                state.extend(after.clone());
            }
        }
        for item in chunk {
            let (next, state) = told.remove(&item.id).unwrap_or_default();
            let own = fields(item);
            if next != item.revision + 1 || own.iter().any(|(name, value)| state.get(name) != Some(value)) {
                return Err(format!("{}: the row says {own:?} and its ledger {state:?}", item.key).into());
            }
        }
    }
    Ok(())
}

/// What of an item the ledger tells again.
fn fields(item: &work_items::Model) -> Map<String, Value> {
    let time = |at: Option<sea_orm::prelude::DateTimeUtc>| at.map(|at| at.to_rfc3339_opts(SecondsFormat::Micros, true));
    let fields = json!({
        "status": item.status,
        "delegation_status": item.delegation_status,
        "assignee_type": item.assignee_type,
        "assignee_id": item.assignee_id,
        "attempt_count": item.attempt_count,
        "available_at": time(item.available_at),
        "unmet_prerequisites": item.unmet_prerequisites,
        "dead_at": time(item.dead_at),
        "archived_at": time(item.archived_at),
    });
    if let Value::Object(map) = fields { map } else { Map::new() }
}
