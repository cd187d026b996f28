//! Writes down the SQL that each step runs: what the committed snapshots are made from.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm_migration::SchemaManager;

use super::Options;
use super::session::Session;
use crate::error::Error;
use crate::step::Step;

/// Runs every step on an empty database, rolls back, and returns each version with the SQL of its `up`, one statement
/// a line.
///
/// The statements are those that SeaORM shows to its metric callback, which is every one but `execute_unprepared`.
///
/// # Errors
/// The database can't be opened, or a step fails on it.
pub async fn record(steps: &[Step], options: &Options) -> Result<Vec<(String, String)>, Error> {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let mut session = Session::open(options, true, &mut |_| {}).await?;
    session.watch(move |statement| {
        sink.lock().unwrap_or_else(PoisonError::into_inner).push(one_line(&statement.to_string()));
    });
    let tx = session.begin(&mut |_| {}).await?;
    let mut out = Vec::new();
    for step in steps {
        seen.lock().unwrap_or_else(PoisonError::into_inner).clear();
        let run = step.migration().up(&SchemaManager::new(&tx)).await;
        run.map_err(|e| Error::database("recording", &e))?;
        let lines = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
        out.push((step.version().to_owned(), lines.iter().map(|l| format!("{l};\n")).collect()));
    }
    tx.rollback().await.map_err(|e| Error::database("rolling back", &e))?;
    session.close().await;
    Ok(out)
}

fn one_line(sql: &str) -> String {
    sql.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim_end_matches(';').to_owned()
}
