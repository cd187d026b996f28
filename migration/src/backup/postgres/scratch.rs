//! A throwaway copy of our tables in a database of its own, to try a migration on.

use std::collections::BTreeSet;

use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::contents::{History, contents};
use super::database::{self, refuse_without_createdb};
use super::dump::{busy, location, pg_dump};
use super::load::Load;
use super::programs::{Programs, Running};
use super::restore::run;
use super::script::Script;
use super::temporary::Temporary;
use super::{present, still};
use crate::backup::sqlite::difference;
use crate::error::Error;
use crate::runner::{Event, Options, Patience, Place, open_postgres, quoted};
use crate::target::{DatabaseUrl, Kind};

const PREFIX: &str = "callboard_dryrun_";

/// A database with a copy of our tables and rows. It is dropped by [`Scratch::close`], else when the value is dropped.
#[derive(Debug)]
pub struct Scratch {
    /// The copy; its tables are in a schema of the same name.
    pub url: DatabaseUrl,
    made: Temporary,
}

impl Scratch {
    /// Drops the database.
    ///
    /// # Errors
    /// The server refuses or is gone; the copy is then dropped by the next use that comes an hour later or more.
    pub async fn close(self) -> Result<(), Error> {
        self.made.close().await
    }
}

/// Copies a PostgreSQL database's tables of ours, as they are now, into a new database on the same server. Nothing is
/// written to the original. Triggers and policies of others are left out: what they need is not there.
///
/// # Errors
/// [`Error::NoPrivilege`] without CREATEDB; [`Error::NoClientPrograms`]; the database can't be reached or read.
pub async fn scratch(options: &Options, events: &mut (dyn FnMut(&Event) + Send)) -> Result<Scratch, Error> {
    let place = Place::new(Kind::Postgres, options.schema.as_deref())?;
    let db = open_postgres(&options.url).await?;
    let copied = copy(options, &place, &db, events).await;
    let _ = db.close().await;
    copied
}

async fn copy(
    options: &Options,
    place: &Place,
    db: &DatabaseConnection,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Scratch, Error> {
    refuse_without_createdb(db).await?;
    let programs = Programs::find(database::major(db).await?).await?;
    let (_, original) = location(&options.url)?;
    let made = Temporary::create(db, PREFIX, &options.url).await?;
    let scratch = Scratch { url: made.url.clone(), made };
    let to = open_postgres(&scratch.url).await?;
    let path = std::path::PathBuf::from(original);
    let filled = async {
        run(&to, &format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&place.schema))).await?;
        let (tx, snapshot) = still(db, place).await?;
        let tables = present(&tx, place).await?;
        if tables.is_empty() {
            return Ok(());
        }
        let patience = Patience::new(options.lock_timeout);
        events(&Event::CopyingTables { database: scratch.made.name.clone() });
        let names = tables.iter().map(String::as_str);
        let mut command = pg_dump(&programs, &options.url, place, names, Some(&snapshot), &patience)?;
        command.args(["--format=plain", "--no-owner", "--no-privileges"]);
        let (running, output) = Running::start("pg_dump", &mut command)?;
        let (from, into) = (place.schema.as_str(), place.schema.as_str());
        let load = Load { db: &to, from, to: into, tables: tables.clone(), used: None, tables_only: true };
        let mut script = Script::new(output, from, tables.clone());
        let loaded = load.script(&mut script, &path).await;
        let ended = running.end_read(loaded, script.is_at_end(), Some(&options.url)).await;
        ended.map_err(|e| busy(e, &patience))?;
        alike(&tx, &to, place, &tables).await?;
        let _ = tx.rollback().await;
        Ok(())
    };
    let filled = filled.await;
    let _ = to.close().await;
    match filled {
        Ok(()) => Ok(scratch),
        Err(error) => {
            let _ = scratch.close().await;
            Err(error)
        }
    }
}

/// A copy that is not like the original would prove nothing. Triggers, which are left out, do not count.
async fn alike(
    from: &impl ConnectionTrait,
    to: &DatabaseConnection,
    place: &Place,
    tables: &BTreeSet<String>,
) -> Result<(), Error> {
    let mut wanted = contents(from, place, tables, History::Strict).await?;
    let found = contents(to, place, tables, History::Strict).await?;
    wanted.fingerprint.clone_from(&found.fingerprint);
    let refused = |reason| Error::Database { doing: "copying the tables", reason };
    difference(&wanted, &found).map_or(Ok(()), |reason| Err(refused(reason)))
}
