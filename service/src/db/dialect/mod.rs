//! What differs between SQLite and PostgreSQL, each difference with a name.

mod assignment;
pub(crate) mod claim;
mod claim_plain;
mod counts;
mod decision;
mod ending;
mod ending_many;
mod find;
mod grown;
mod handed;
mod held;
mod item;
mod measure;
pub(crate) mod open;
pub(crate) mod ready;
mod ready_page;
pub(crate) mod search;
pub(crate) mod search_query;
mod text;
mod waiting;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, DbErr, Statement, Value};

use crate::clock::Timestamp;

pub(crate) use waiting::CHANNEL;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Sqlite,
    Postgres,
}

impl Dialect {
    fn backend(self) -> DbBackend {
        match self {
            Self::Sqlite => DbBackend::Sqlite,
            Self::Postgres => DbBackend::Postgres,
        }
    }

    /// A statement of ours; `$1`, `$2` .. in the text are bound by number on both.
    pub fn statement(self, sql: &str, values: impl IntoIterator<Item = Value>) -> Statement {
        Statement::from_sql_and_values(self.backend(), sql, values)
    }

    /// One row when the history of migrations is there: in the board's own schema, not in an app's that is searched too.
    pub fn history_exists(self, schema: Option<&str>) -> Statement {
        match self {
            Self::Sqlite => {
                let sql = "SELECT 1 AS one FROM sqlite_schema WHERE type = 'table' AND name = 'callboard_migrations'";
                self.statement(sql, [])
            }
            Self::Postgres => {
                let sql = "SELECT 1 AS one WHERE to_regclass(format('%I.callboard_migrations', $1::text)) IS NOT NULL";
                self.statement(sql, [schema.unwrap_or("public").into()])
            }
        }
    }

    /// Now, for leases, backoff and expiry: the server's clock on PostgreSQL, so that workers whose clocks disagree
    /// agree on who holds an item; the app's on SQLite, where all workers are on one machine.
    pub async fn read_lease_now(self, conn: &DatabaseTransaction, now: Timestamp) -> Result<Timestamp, DbErr> {
        match self {
            Self::Sqlite => Ok(now),
            Self::Postgres => {
                let row = conn.query_one_raw(self.statement("SELECT clock_timestamp() AS at", [])).await?;
                row.map(|r| r.try_get("", "at")).transpose().map(|at| at.unwrap_or(now))
            }
        }
    }

    /// Serialises the changes of a project's prerequisite edges until the transaction ends. SQLite has one writer anyway.
    pub async fn lock_edges(self, conn: &DatabaseTransaction, project: uuid::Uuid) -> Result<(), DbErr> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => {
                let sql = "SELECT pg_advisory_xact_lock(hashtextextended('callboard.edges.' || $1, 0))";
                conn.execute_raw(self.statement(sql, [project.to_string().into()])).await.map(|_| ())
            }
        }
    }

    /// Serialises the first steps of a board until the transaction ends. SQLite has one writer anyway.
    pub async fn lock_init(self, conn: &DatabaseTransaction) -> Result<(), DbErr> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => {
                let sql = "SELECT pg_advisory_xact_lock(hashtextextended('callboard.init', 0))";
                conn.execute_raw(self.statement(sql, [])).await.map(|_| ())
            }
        }
    }

    /// Serialises the starts of somebody's sessions until the transaction ends. SQLite has one writer anyway.
    pub async fn lock_sessions(self, conn: &DatabaseTransaction, holder: uuid::Uuid) -> Result<(), DbErr> {
        match self {
            Self::Sqlite => Ok(()),
            Self::Postgres => {
                let sql = "SELECT pg_advisory_xact_lock(hashtextextended('callboard.sessions.' || $1, 0))";
                conn.execute_raw(self.statement(sql, [holder.to_string().into()])).await.map(|_| ())
            }
        }
    }

    /// Sets the board's schema inside an app's transaction; gives what to put back.
    pub async fn enter_schema(self, conn: &DatabaseTransaction, schema: Option<&str>) -> Result<Option<String>, DbErr> {
        let (Self::Postgres, Some(schema)) = (self, schema) else { return Ok(None) };
        // The CTE is materialised, so the old path is read before the new one is set.
        let swap = "WITH old AS MATERIALIZED (SELECT current_setting('search_path') AS path) \
            SELECT path, set_config('search_path', $1, true) FROM old";
        let row = conn.query_one_raw(self.statement(swap, [schema.into()])).await?;
        row.map(|r| r.try_get("", "path")).transpose()
    }

    pub async fn leave_schema(self, conn: &DatabaseTransaction, outer: Option<String>) -> Result<(), DbErr> {
        match outer {
            Some(path) => {
                let set = self.statement("SELECT set_config('search_path', $1, true)", [path.into()]);
                conn.execute_raw(set).await.map(|_| ())
            }
            None => Ok(()),
        }
    }
}
