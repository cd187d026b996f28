//! Backups of PostgreSQL: a dump of the board's tables, and back through a schema at their side.

mod contents;
mod database;
mod dump;
mod load;
mod neighbours;
mod programs;
mod restore;
mod rights;
mod scope;
mod scratch;
mod script;
mod temporary;
mod things;
mod tokens;
mod whole;

use std::collections::BTreeSet;

use sea_orm::{AccessMode, ConnectionTrait, DatabaseTransaction, DbErr, IsolationLevel, TransactionTrait};

use super::manifest::{Backup, Reason};
use crate::error::Error;
use crate::runner::{Event, HISTORY_TABLE, Options, Patience, Place, open_postgres, postgres_tables, quoted};
use crate::target::Kind;

use contents::{History, contents};
use dump::Dump;
pub(super) use dump::location;
pub(super) use restore::restore;
pub use rights::{Given, Rightful, Rights};
pub use scratch::{Scratch, scratch};

type Events<'a> = &'a mut (dyn FnMut(&Event) + Send);

/// A backup of what is committed now; others go on.
pub(super) async fn take(
    options: &Options,
    reason: Reason,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<Backup, Error> {
    let place = Place::new(Kind::Postgres, options.schema.as_deref())?;
    let db = open_postgres(&options.url).await?;
    let taken = async {
        let (tx, snapshot) = still(&db, &place).await?;
        let tables = present(&tx, &place).await?;
        if tables.is_empty() {
            return Err(Error::NoDatabase { target: options.url.to_string() });
        }
        let contents = contents(&tx, &place, &tables, History::Strict).await?;
        let dump =
            Dump { options, place: &place, settings: &options.backups, reason, contents, snapshot: Some(snapshot) };
        let backup = dump.take(&tx, patience, events).await?;
        let _ = tx.rollback().await;
        Ok(backup)
    };
    let taken = taken.await;
    let _ = db.close().await;
    taken
}

/// The backup that precedes a change. The run's transaction holds the tables' lock, so that what it sees is what
/// `pg_dump` sees, and stays so.
pub(super) async fn before(
    options: &Options,
    tx: &DatabaseTransaction,
    place: &Place,
    reason: Reason,
    tables: impl Iterator<Item = &String>,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<Option<Backup>, Error> {
    let names = tables.cloned().chain([HISTORY_TABLE.to_owned()]).collect();
    let contents = contents(tx, place, &names, History::Strict).await?;
    let dump = Dump { options, place, settings: &options.backups, reason, contents, snapshot: None };
    dump.take(tx, patience, events).await.map(Some)
}

/// Reads the whole dump, and compares its tables and their rows with the manifest.
pub(super) async fn check(backup: &Backup) -> Result<(), Error> {
    let schema = backup.manifest.source.schema.as_deref().unwrap_or_default();
    dump::verify(&backup.path, schema, &backup.manifest.rows).await
}

/// A transaction that sees one state, and the name by which others see the same.
async fn still(db: &sea_orm::DatabaseConnection, place: &Place) -> Result<(DatabaseTransaction, String), Error> {
    let failed = |e: DbErr| Error::database("beginning", &e);
    let tx = db.begin_with_config(Some(IsolationLevel::RepeatableRead), Some(AccessMode::ReadOnly)).await;
    let tx = tx.map_err(failed)?;
    // Names are written in a definition as the search path asks for, so that it is always the one of the run.
    let path = format!("SET LOCAL search_path TO {}", quoted(&place.schema));
    for sql in [&path, "SET LOCAL statement_timeout = 0", "SET LOCAL idle_in_transaction_session_timeout = 0"] {
        tx.execute_unprepared(sql).await.map_err(failed)?;
    }
    let snapshot = database::text(&tx, "SELECT pg_export_snapshot()").await?;
    Ok((tx, snapshot))
}

/// The tables that the migrations of this build make, and the history.
fn ours() -> BTreeSet<String> {
    let steps = crate::known();
    steps.iter().flat_map(|s| s.footprint(Kind::Postgres).tables.clone()).chain([HISTORY_TABLE.to_owned()]).collect()
}

/// Our tables that are there. A database of a newer build is refused: it has tables that this one does not know.
async fn present(db: &impl ConnectionTrait, place: &Place) -> Result<BTreeSet<String>, Error> {
    contents::refuse_newer(&crate::runner::applied(db, place).await?)?;
    Ok(postgres_tables(db, place, &ours()).await?.into_iter().collect())
}
