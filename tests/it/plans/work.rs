//! How much work a statement is, whatever the machine: on SQLite steps of its virtual machine, on PostgreSQL rows and index
//! entries read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DatabaseTransaction, Statement};
use support::{Kind, TestDb};

/// One connection whose work is counted.
pub struct Meter {
    kind: Kind,
    conn: DatabaseConnection,
    steps: Arc<AtomicU64>,
}

/// Of the tables and indexes of the board, in this transaction or before its figures were last handed in.
const ROWS: &str = "SELECT coalesce(sum(pg_stat_get_xact_tuples_returned(oid)), 0)::bigint AS n FROM pg_class \
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i')";

impl Meter {
    pub async fn of(t: &TestDb) -> Self {
        let mut options = ConnectOptions::new(t.url());
        options.max_connections(1).sqlx_logging(false).idle_timeout(Duration::from_secs(3600));
        let conn = Database::connect(options).await.expect("connect");
        let steps: Arc<AtomicU64> = Arc::default();
        if t.kind() == Kind::Sqlite {
            conn.execute_unprepared("PRAGMA foreign_keys = ON").await.expect("turn the foreign keys on");
            let count = Arc::clone(&steps);
            let mut own = conn.get_sqlite_connection_pool().acquire().await.expect("the connection");
            own.lock_handle().await.expect("lock it").set_progress_handler(1, move || {
                count.fetch_add(1, Ordering::Relaxed);
                true
            });
        }
        Self { kind: t.kind(), conn, steps }
    }

    pub fn kind(&self) -> Kind {
        self.kind
    }

    pub fn connection(&self) -> DatabaseConnection {
        self.conn.clone()
    }

    /// Runs a statement, and gives its work.
    pub async fn run(&self, tx: &DatabaseTransaction, statement: &Statement) -> u64 {
        let before = self.count(tx).await;
        // Asking for rows runs what gives none too.
        let rows = tx.query_all_raw(statement.clone()).await;
        rows.unwrap_or_else(|error| panic!("{}: {error}", statement.sql));
        self.count(tx).await - before
    }

    async fn count(&self, tx: &DatabaseTransaction) -> u64 {
        match self.kind {
            Kind::Sqlite => self.steps.load(Ordering::Relaxed),
            Kind::Postgres => {
                let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), ROWS)).await;
                let rows: i64 = row.expect("ask").expect("a row").try_get("", "n").expect("a number");
                rows.unsigned_abs()
            }
        }
    }
}
