//! A digest of all that a run wrote, by which different ways of writing it are held to the same rows.

use callboard_service::entity::{
    task_assignments, task_prerequisites, work_item_events, work_items, workflow_events, workflow_runs, workflow_steps,
};
use sea_orm::{EntityTrait, FromQueryResult, JsonValue};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::frame::Result;
use crate::frame::place::{connect, count};

/// The rows of the tables that a claim and a completion write, without ids that are new and without times; and how many
/// rows every other table has. With it the rows as text, for the message where two runs differ.
pub async fn digest(url: &str) -> Result<(String, Vec<String>)> {
    let connection = connect(url).await?;
    let mut rows = Vec::new();
    rows.extend(table::<work_items::Entity>("work_items", &CLAIM, &connection).await?);
    rows.extend(table::<task_assignments::Entity>("task_assignments", &CLAIM, &connection).await?);
    rows.extend(table::<work_item_events::Entity>("work_item_events", &CLAIM, &connection).await?);
    rows.extend(table::<task_prerequisites::Entity>("task_prerequisites", &CLAIM, &connection).await?);
    for other in
        ["board_projects", "board_users", "agent_profiles", "agent_capabilities", "idempotency_keys", "board_search"]
    {
        let count = count(&connection, &format!("SELECT count(*) FROM {other}")).await?;
        rows.push(format!("{other}: {count}"));
    }
    connection.close().await?;
    Ok(hashed(rows))
}

/// The same of the tables that the steps of a workflow write.
pub async fn workflow_digest(url: &str) -> Result<(String, Vec<String>)> {
    let connection = connect(url).await?;
    let mut rows = Vec::new();
    rows.extend(table::<workflow_runs::Entity>("workflow_runs", &WORKFLOW, &connection).await?);
    rows.extend(table::<workflow_steps::Entity>("workflow_steps", &WORKFLOW, &connection).await?);
    rows.extend(table::<workflow_events::Entity>("workflow_events", &WORKFLOW, &connection).await?);
    connection.close().await?;
    Ok(hashed(rows))
}

fn hashed(mut rows: Vec<String>) -> (String, Vec<String>) {
    rows.sort();
    let mut hash = Sha256::new();
    for row in &rows {
        hash.update(row.as_bytes());
        hash.update(b"\n");
    }
    (hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect(), rows)
}

async fn table<E>(name: &str, new: &[&str], connection: &sea_orm::DatabaseConnection) -> Result<Vec<String>>
where
    E: EntityTrait,
    E::Model: FromQueryResult + serde::Serialize,
{
    let rows = E::find().all(connection).await?;
    rows.iter()
        .map(|row| {
            let mut row: JsonValue = serde_json::to_value(row)?;
            forget(&mut row, new, name == "work_items");
            Ok(format!("{name}: {row}"))
        })
        .collect()
}

/// What is another in each run: ids of rows that it makes, and of what was made for it.
const CLAIM: [&str; 2] = ["assignment_id", "assignment"];
const WORKFLOW: [&str; 4] = ["workflow_run_id", "step_id", "actor_id", "execution_time_seconds"];

/// Takes that out, and times. An item keeps its own id.
fn forget(value: &mut Value, new: &[&str], is_item: bool) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                let is_new = (name == "id" && !is_item) || new.contains(&name.as_str());
                let is_time = name == "at" || name.ends_with("_at");
                match value {
                    Value::Null => {}
                    _ if is_new => *value = Value::from("new"),
                    _ if is_time => *value = Value::from("a time"),
                    _ => forget(value, new, false),
                }
            }
        }
        Value::Array(values) => values.iter_mut().for_each(|value| forget(value, new, false)),
        _ => {}
    }
}
