//! Writes down the SQL that each step runs: what the committed snapshots are made from.

use std::sync::{Arc, Mutex, PoisonError};

use sea_orm_migration::SchemaManager;
use sea_orm_migration::sea_orm::DbErr;

use super::Options;
use super::session::Session;
use crate::error::Error;
use crate::step::Step;

/// What a step runs on an empty database, one statement a line.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub version: String,
    pub up: String,
    pub down: String,
}

/// Runs every step up and then down again on an empty database, rolls back, and returns their SQL, oldest first.
///
/// The statements are those that SeaORM shows to its metric callback, which is every one but `execute_unprepared`.
///
/// # Errors
/// The database can't be opened, or a step fails on it.
pub async fn record(steps: &[Step], options: &Options) -> Result<Vec<Recorded>, Error> {
    let seen: Arc<Mutex<Vec<String>>> = Arc::default();
    let sink = Arc::clone(&seen);
    let take = || {
        let lines = std::mem::take(&mut *seen.lock().unwrap_or_else(PoisonError::into_inner));
        lines.iter().map(|line| format!("{line};\n")).collect::<String>()
    };
    let failed = |e: DbErr| Error::database("recording", &e);
    let mut session = Session::open(options, true, &mut |_| {}).await?;
    session.watch(move |statement| {
        sink.lock().unwrap_or_else(PoisonError::into_inner).push(one_line(&statement.to_string()));
    });
    let tx = session.begin(&mut |_| {}).await?;
    let manager = SchemaManager::new(&tx);
    let mut out = Vec::new();
    take();
    for step in steps {
        step.migration().up(&manager).await.map_err(failed)?;
        out.push(Recorded { version: step.version().to_owned(), up: take(), down: String::new() });
    }
    for (step, recorded) in steps.iter().zip(&mut out).rev() {
        step.migration().down(&manager).await.map_err(failed)?;
        recorded.down = take();
    }
    tx.rollback().await.map_err(|e| Error::database("rolling back", &e))?;
    session.close().await;
    Ok(out)
}

fn one_line(sql: &str) -> String {
    sql.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim_end_matches(';').to_owned()
}
