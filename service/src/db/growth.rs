//! PostgreSQL's statistics of tables that were small and grow.
//!
//! A session keeps the plans of its statements until a table's statistics change. One that was made while a table held
//! next to nothing reads it from end to end, or walks whichever index was as small; autovacuum looks once a minute, and in a
//! minute a quick board has grown by some 100,000 rows. docs/adr/0012 has the figures.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use sea_orm::{ConnectionTrait, DbErr, TransactionTrait};

use super::connect::Db;
use crate::error::Result;

/// So many verbs at least from one look at the tables to the next: a look takes as long as two verbs.
const LEAST: u64 = 128;
/// And so many at most. In between it is a quarter of what this process has done, by which alone nothing doubles.
const MOST: u64 = 4096;
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
pub(crate) struct Growth(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    verbs: AtomicU64,
    /// At so many of them the tables are looked at.
    next: AtomicU64,
}

impl Default for Counts {
    fn default() -> Self {
        Self { verbs: AtomicU64::new(0), next: AtomicU64::new(LEAST) }
    }
}

impl Growth {
    /// After a verb: now and then, a task of its own looks at the tables. What becomes of it is nobody's trouble: autovacuum
    /// does the same, later.
    pub fn verb_done(&self, db: &Db) {
        if !self.0.is_due() {
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

impl Counts {
    /// Counts a verb; gives whether it is the one after which to look.
    fn is_due(&self) -> bool {
        let done = self.verbs.fetch_add(1, Ordering::Relaxed) + 1;
        let due = self.next.load(Ordering::Relaxed);
        // Of several at once the first to move it looks.
        done >= due && {
            let next = done + (done / 4).clamp(LEAST, MOST);
            self.next.compare_exchange(due, next, Ordering::Relaxed, Ordering::Relaxed).is_ok()
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn looks_come_less_often_the_more_was_done() {
        let counts = Counts::default();
        let looks: Vec<u64> = (1..=200_000).filter(|_| counts.is_due()).collect();
        assert_eq!(looks[..6], [128, 256, 384, 512, 640, 800]);
        assert!(looks.len() < 100, "{} looks", looks.len());
        let apart = looks.windows(2).map(|pair| pair[1] - pair[0]);
        assert_eq!((apart.clone().min(), apart.max()), (Some(LEAST), Some(MOST)));
    }

    #[test]
    fn of_several_at_once_one_looks() {
        let counts = Counts::default();
        let due = || (0..1000).filter(|_| counts.is_due()).count();
        let looks: usize = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4).map(|_| scope.spawn(due)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap_or_default()).sum()
        });
        let alone = Counts::default();
        assert!(looks <= (0..4000).filter(|_| alone.is_due()).count(), "{looks} looks");
        assert!(looks > 5, "{looks} looks");
    }
}
