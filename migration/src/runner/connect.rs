//! Opens the one connection of a run.

use std::path::Path;
use std::time::Duration;

use sea_orm::sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqlitePoolOptions};
use sea_orm::sqlx::{self, ConnectOptions as _, Connection as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, SqlxPostgresConnector, SqlxSqliteConnector, Statement};

use super::file;
use crate::error::{Cause, Error, sqlx_cause};
use crate::sqlite::register_functions;
use crate::target::DatabaseUrl;

/// How a SQLite file is opened.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Access {
    /// To migrate a file that holds a database: its journal mode is its owner's.
    Write,
    /// To migrate a file that we just made: in WAL mode.
    WriteNew,
    /// To look, on an ordinary connection that may not write: unlike a read-only one it leaves no `-wal` file behind.
    Look,
    /// To look at a file that nobody may write to.
    LookReadOnly,
    /// To look at a file that nobody does write to, whatever lies beside it.
    Sealed,
    /// To look at a file with a WAL or a journal beside it: read-only, so that closing does not write them back.
    LookBeside,
}

/// Whether SQLite has a file of this ending beside the database.
pub(super) fn beside(path: &Path, ending: &str) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    Path::new(&name).exists()
}

/// The pages that a migration keeps in memory, in KiB: with SQLite's own 2 MiB it reads what it writes, and sorts its
/// indexes, through the file. It is taken as it is needed; the sorting of one index may take as much again.
const CACHE_KIB: u32 = 32 * 1024;

/// How long a server may take to answer the first time.
const SERVER_PATIENCE: Duration = Duration::from_secs(15);

/// Opens a SQLite file on a pool of exactly one connection, with the foreign keys off: they would fire when a
/// migration rebuilds a table, and can't be switched off inside a transaction.
pub(crate) async fn sqlite(path: &Path, access: Access, busy: Duration) -> Result<DatabaseConnection, Error> {
    refuse_stray(path, access).await?;
    let mut options = SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(false)
        .foreign_keys(false)
        .busy_timeout(busy)
        .disable_statement_logging();
    match access {
        Access::Write => {}
        Access::WriteNew => options = options.journal_mode(SqliteJournalMode::Wal),
        Access::Look => options = options.pragma("query_only", "ON"),
        Access::Sealed => options = options.read_only(true).immutable(true),
        Access::LookReadOnly => {
            // Without a WAL beside it a file that nobody writes can be read without creating one.
            options = options.read_only(true).immutable(!beside(path, "-wal"));
        }
        Access::LookBeside => options = options.read_only(true),
    }
    // No least number of connections: the pool would open them on whatever thread it likes, and again behind our back.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .test_before_acquire(false)
        .after_connect(|connection, _| Box::pin(register_functions(connection)))
        .connect_with(options)
        .await
        .map_err(|e| sqlite_failed(path, &e))?;
    let db = SqlxSqliteConnector::from_sqlx_sqlite_pool(pool);
    check_sqlite(&db, path).await?;
    if matches!(access, Access::Write | Access::WriteNew) {
        // Not with the others: it reads the schema, and what is wrong with that is for the check to name.
        let failed = |e: sea_orm::DbErr| Error::database("opening", &e);
        db.execute_unprepared(&format!("PRAGMA cache_size = -{CACHE_KIB}")).await.map_err(failed)?;
    }
    Ok(db)
}

/// Refuses a file that is no database but has a WAL or a journal beside it, before SQLite sees them: it would write what
/// they hold into that file, and remove them.
async fn refuse_stray(path: &Path, access: Access) -> Result<(), Error> {
    let is_theirs = matches!(access, Access::Write | Access::Look | Access::LookBeside);
    let left = beside(path, "-wal") || beside(path, "-journal");
    // With a journal of SQLite's it can be a database whose first pages were not all written.
    if !is_theirs || !left || file::has_hot_journal(path) {
        return Ok(());
    }
    // As an immutable file it is read without what lies beside it.
    let alone = SqliteConnectOptions::new().filename(path).read_only(true).immutable(true).disable_statement_logging();
    let read = async {
        let mut db = SqliteConnection::connect_with(&alone).await?;
        let read = sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut db).await;
        db.close().await?;
        read
    };
    match read.await {
        Err(e) if sqlx_cause(&e) == Some(Cause::NotADatabase) => Err(Error::NotADatabase { path: path.to_owned() }),
        // Whatever else is wrong is found with all of it.
        _ => Ok(()),
    }
}

/// Opens a file that nobody writes to, such as a backup: SQLite makes no file beside it.
pub(crate) async fn open_look(path: &Path) -> Result<DatabaseConnection, Error> {
    sqlite(path, Access::Sealed, Duration::ZERO).await
}

fn sqlite_failed(path: &Path, error: &sqlx::Error) -> Error {
    let path = path.to_owned();
    match sqlx_cause(error) {
        Some(Cause::NotADatabase) => Error::NotADatabase { path },
        Some(Cause::ReadOnly) => Error::ReadOnly { path },
        Some(Cause::Busy) => Error::LockBusy { what: "the database file".to_owned(), waited: Duration::ZERO },
        _ => Error::Io { path, reason: error.to_string() },
    }
}

/// Refuses a SQLite that can lose writes, and a file that is none of SQLite's.
async fn check_sqlite(db: &DatabaseConnection, path: &Path) -> Result<(), Error> {
    let ask = |sql: &str| Statement::from_string(sea_orm::DbBackend::Sqlite, sql);
    let failed = |e: sea_orm::DbErr| match crate::error::cause(&e) {
        Some(Cause::NotADatabase) => Error::NotADatabase { path: path.to_owned() },
        Some(Cause::ReadOnly) => Error::ReadOnly { path: path.to_owned() },
        Some(Cause::Busy) => Error::LockBusy { what: "the database file".to_owned(), waited: Duration::ZERO },
        Some(Cause::Damaged) => Error::Damaged { doing: "opening", reason: e.to_string() },
        _ => Error::Io { path: path.to_owned(), reason: e.to_string() },
    };
    let found = crate::sqlite::version();
    if !recent_enough(found) {
        return Err(Error::SqliteTooOld { found: found.to_owned() });
    }
    // The first read of the file itself.
    db.query_all_raw(ask("SELECT count(*) FROM sqlite_schema")).await.map_err(failed)?;
    Ok(())
}

/// SQLite 3.7.0 to 3.51.2 can lose committed writes when one connection checkpoints while another one writes.
fn recent_enough(version: &str) -> bool {
    let parts: Vec<u32> = version.split('.').map(|p| p.parse().unwrap_or(0)).collect();
    parts.as_slice() >= [3, 51, 3].as_slice()
}

/// What the driver makes of a URL, with what the environment adds to it.
pub(crate) fn postgres_options(url: &DatabaseUrl) -> Result<PgConnectOptions, Error> {
    let Some(parsed) = url.postgres() else {
        return Err(Error::Url { reason: "a PostgreSQL URL was expected" });
    };
    let options = PgConnectOptions::from_url(parsed);
    let options = options
        .map_err(|e| Error::Unreachable { target: url.to_string(), reason: url.redact(&e.to_string()) })?
        .application_name("callboard migration")
        .disable_statement_logging();
    Ok(options)
}

/// Opens one connection to a server.
pub(crate) async fn postgres(url: &DatabaseUrl) -> Result<DatabaseConnection, Error> {
    let unreachable = |reason: String| Error::Unreachable { target: url.to_string(), reason: url.redact(&reason) };
    let options = postgres_options(url)?;
    // A pool would try again and again, and report a timeout in place of the cause.
    match tokio::time::timeout(SERVER_PATIENCE, options.connect()).await {
        Ok(Ok(first)) => drop(first.close().await),
        Ok(Err(e)) => return Err(unreachable(e.to_string())),
        Err(_) => return Err(unreachable(format!("no answer within {} s", SERVER_PATIENCE.as_secs()))),
    }
    let pool = PgPoolOptions::new()
        .max_connections(1)
        .idle_timeout(None)
        .max_lifetime(None)
        .acquire_timeout(SERVER_PATIENCE)
        .connect_with(options)
        .await
        .map_err(|e| unreachable(e.to_string()))?;
    Ok(SqlxPostgresConnector::from_sqlx_postgres_pool(pool))
}

#[cfg(test)]
mod tests {
    use super::recent_enough;

    #[test]
    fn sqlite_with_the_wal_reset_bug_is_refused() {
        assert!(recent_enough("3.51.3") && recent_enough("3.52.0") && recent_enough("4.0.0"));
        assert!(!recent_enough("3.51.2") && !recent_enough("3.40.1") && !recent_enough(""));
    }
}
