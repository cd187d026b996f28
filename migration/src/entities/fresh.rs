//! Generates from an empty database that has just been migrated: what the migrations mean, whatever a live one became.

use std::time::{SystemTime, UNIX_EPOCH};

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManager;

use super::{Error, Files, generate};
use crate::scratch::{Cluster, Directory};

/// The newest version that this binary knows.
pub fn newest_version() -> String {
    crate::migrations().last().map_or_else(String::new, |m| m.name().to_owned())
}

/// Generates from a SQLite file of its own, which is gone afterwards.
///
/// # Errors
/// [`Error::Scratch`] when no directory can be made; [`Error::Database`] when a migration fails.
pub async fn sqlite() -> Result<Files, Error> {
    let directory = Directory::new("entities")?;
    let url = format!("sqlite://{}?mode=rwc", directory.path().join("board.db").display());
    migrated(&url).await
}

/// Generates from a PostgreSQL database of its own, which is gone afterwards.
///
/// With `server`, the URL of any database whose user may create others, it is made there; without, a throwaway server
/// is started for it (about a second).
///
/// # Errors
/// As [`sqlite`]; [`Error::Scratch`] says what to install where PostgreSQL's server programs are missing.
pub async fn postgres(server: Option<&str>) -> Result<Files, Error> {
    let Some(server) = server else {
        let cluster = Cluster::start()?;
        return migrated(&cluster.url("postgres")).await;
    };
    let mut url = url::Url::parse(server).map_err(|e| Error::ServerUrl { reason: e.to_string() })?;
    let admin = connect(server).await?;
    let name = scratch_name();
    admin.execute_unprepared(&format!("CREATE DATABASE {name} TEMPLATE template0")).await?;
    url.set_path(&name);
    let generated = migrated(url.as_str()).await;
    admin.execute_unprepared(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await?;
    admin.close().await?;
    generated
}

/// The test harness drops databases of this form that a killed process left: seconds since 1970, then at random.
fn scratch_name() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |t| t.as_secs());
    let random = uuid::Uuid::now_v7().as_u128() & 0xffff_ffff_ffff;
    format!("callboard_test_{seconds:08x}_{random:012x}")
}

async fn migrated(url: &str) -> Result<Files, Error> {
    let db = connect(url).await?;
    let generated = match migrate(&db).await {
        Ok(()) => generate(&db, &newest_version()).await,
        Err(error) => Err(error.into()),
    };
    db.close().await?;
    generated
}

async fn connect(url: &str) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(url);
    // Foreign keys off: a rebuild of a table must not fire them.
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|o| o.foreign_keys(false));
    Database::connect(options).await
}

async fn migrate(db: &DatabaseConnection) -> Result<(), DbErr> {
    let transaction = db.begin().await?;
    for migration in crate::migrations() {
        migration.up(&SchemaManager::new(&transaction)).await?;
    }
    transaction.commit().await
}
