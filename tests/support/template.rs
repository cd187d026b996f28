//! One migrated database of each kind a process; tests get copies.

use std::path::PathBuf;
use std::sync::OnceLock;

use sea_orm::{ConnectOptions, Database, DbErr, TransactionTrait};
use sea_orm_migration::SchemaManager;

use crate::database::sqlite_url;
use crate::{scratch, server};

static SQLITE: OnceLock<Result<PathBuf, String>> = OnceLock::new();
static POSTGRES: OnceLock<Result<String, String>> = OnceLock::new();

/// The path of a migrated file that nobody has open.
pub(crate) fn sqlite() -> Result<PathBuf, String> {
    let make = || {
        let file = scratch::root().join("template.db");
        migrate(&sqlite_url(&file))?;
        Ok(file)
    };
    SQLITE.get_or_init(make).clone()
}

/// The name of a migrated database that nobody is connected to.
pub(crate) fn postgres() -> Result<&'static str, String> {
    let make = || {
        let name = server::create_database("template1")?;
        migrate(&server::get()?.url(&name))?;
        Ok(name)
    };
    POSTGRES.get_or_init(make).as_deref().map_err(Clone::clone)
}

fn migrate(url: &str) -> Result<(), String> {
    server::block_on(migrate_in_transaction(url)).map_err(|error| format!("cannot migrate the template: {error}"))
}

async fn migrate_in_transaction(url: &str) -> Result<(), DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    options.map_sqlx_sqlite_opts(|sqlite| sqlite.create_if_missing(true).foreign_keys(false));
    let db = Database::connect(options).await?;
    let transaction = db.begin().await?;
    for migration in callboard_migration::migrations() {
        migration.up(&SchemaManager::new(&transaction)).await?;
    }
    transaction.commit().await?;
    db.close().await
}
