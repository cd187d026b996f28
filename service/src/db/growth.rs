//! PostgreSQL's statistics of tables that were small and grow.
//!
//! A session keeps the plans of its statements until a table's statistics change. One that was made while a table held
//! next to nothing reads it from end to end, or walks whichever index was as small; autovacuum looks once a minute, and in a
//! minute a quick board has grown by some 100,000 rows. docs/adr/0012 has the figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};

use super::connect::Db;
use crate::error::Result;

/// So many verbs from one look at the tables to the next.
const EVERY: u32 = 128;
/// A table that never grew beyond this needs no index.
const SMALL_PAGES: i64 = 8;
/// A plan for a table of so many pages (8 MiB) is one for any that is larger.
const LARGE_PAGES: i64 = 1024;

/// The tables to which verbs add rows all the time, or whose rows they change.
const TABLES: [&str; 10] = [
    "board_messages",
    "file_operations",
    "idempotency_keys",
    "task_assignments",
    "task_prerequisites",
    "work_item_events",
    "work_items",
    "work_sessions",
    "workflow_runs",
    "workflow_steps",
];

/// Counts the verbs of a board in this process, shared by its clones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Growth(Arc<AtomicU32>);

impl Growth {
    /// After a verb: now and then, a task of its own looks at the tables. What becomes of it is nobody's trouble: autovacuum
    /// does the same, later.
    pub fn verb_done(&self, db: &Db) {
        if self.0.fetch_add(1, Ordering::Relaxed) % EVERY != EVERY - 1 {
            return;
        }
        let db = db.clone();
        tokio::spawn(async move {
            if let Err(error) = analyze_grown(&db).await {
                tracing::debug!(%error, "could not bring the statistics of tables that have grown up to date");
            }
        });
    }
}

/// Makes the statistics of the tables anew that have more than doubled since they were made.
async fn analyze_grown(db: &Db) -> Result<()> {
    let Some(statement) = db.dialect.grown(db.schema.as_deref().unwrap_or_default(), &TABLES, SMALL_PAGES, LARGE_PAGES)
    else {
        return Ok(());
    };
    let asking = db.asking();
    let tx = db.writer.begin().await?;
    drop(asking);
    let rows = tx.query_all_raw(statement).await?;
    let tables = rows.iter().map(|row| row.try_get::<String>("", "table_name")).collect::<Result<Vec<_>, DbErr>>()?;
    if !tables.is_empty() {
        // A board of one connection has none left meanwhile, and its callers wait no longer than the busy timeout.
        let patience = db.busy_timeout.as_millis() / 2;
        tx.execute_unprepared(&format!("SET LOCAL statement_timeout = {patience}")).await?;
        tx.execute_unprepared(&format!("ANALYZE (SKIP_LOCKED) {}", tables.join(", "))).await?;
    }
    Ok(tx.commit().await?)
}
