//! A digest of all that a run wrote, by which different ways of writing it are held to the same rows.

use callboard_service::entity::{task_assignments, task_prerequisites, work_item_events, work_items};
use sea_orm::{EntityTrait, FromQueryResult, JsonValue};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::frame::Result;
use crate::frame::place::connect;

/// The rows of the tables that a claim and a completion write, without ids that are new and without times; and how many
/// rows every other table has. With it the rows as text, for the message where two runs differ.
pub async fn digest(url: &str) -> Result<(String, Vec<String>)> {
    let connection = connect(url).await?;
    let mut rows = Vec::new();
    rows.extend(table::<work_items::Entity>("work_items", &connection).await?);
    rows.extend(table::<task_assignments::Entity>("task_assignments", &connection).await?);
    rows.extend(table::<work_item_events::Entity>("work_item_events", &connection).await?);
    rows.extend(table::<task_prerequisites::Entity>("task_prerequisites", &connection).await?);
    for other in
        ["board_projects", "board_users", "agent_profiles", "agent_capabilities", "idempotency_keys", "board_search"]
    {
        let count = crate::frame::place::count(&connection, &format!("SELECT count(*) FROM {other}")).await?;
        rows.push(format!("{other}: {count}"));
    }
    rows.sort();
    connection.close().await?;
    let mut hash = Sha256::new();
    for row in &rows {
        hash.update(row.as_bytes());
        hash.update(b"\n");
    }
    let hex = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((hex, rows))
}

async fn table<E>(name: &str, connection: &sea_orm::DatabaseConnection) -> Result<Vec<String>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + serde::Serialize,
{
    let rows = E::find().all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut row: JsonValue = serde_json::to_value(row)?;
            forget(&mut row, name == "work_items");
            Ok(format!("{name}: {row}"))
        })
        .collect()
}

/// Takes out what is another in each run: times, and the ids of rows that a run makes. An item keeps its own.
fn forget(value: &mut Value, is_item: bool) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                let is_own_id = name == "id" && !is_item;
                let is_new = is_own_id || ["assignment_id", "assignment"].contains(&name.as_str());
                let is_time = name == "at" || name.ends_with("_at");
                match value {
                    Value::Null => {}
                    _ if is_new => *value = Value::from("an id"),
                    _ if is_time => *value = Value::from("a time"),
                    _ => forget(value, false),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| forget(value, false)),
        _ => {}
    }
}
