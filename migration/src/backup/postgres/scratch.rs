//! A throwaway copy of our tables in a database of its own, to try a migration on.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::contents::{History, contents};
use super::database::{self, create, drop_database, lines, random, refuse_without_createdb};
use super::dump::{busy, location, pg_dump};
use super::load::Load;
use super::programs::{Programs, Running};
use super::restore::run;
use super::{present, still};
use crate::backup::sqlite::difference;
use crate::error::Error;
use crate::runner::{Event, Options, Patience, Place, open_postgres, quoted};
use crate::target::{DatabaseUrl, Kind};

const PREFIX: &str = "callboard_dryrun_";
/// A copy older than this was left by a killed run.
const LEFT_BEHIND: Duration = Duration::from_secs(60 * 60);
/// How long the dropping of a copy may hold up the end of a run that was cancelled.
const LAST_MOMENT: Duration = Duration::from_secs(5);

/// A database with a copy of our tables and rows. It is dropped by [`Scratch::close`], else when the value is dropped.
#[derive(Debug)]
pub struct Scratch {
    /// The copy; its tables are in a schema of the same name.
    pub url: DatabaseUrl,
    name: String,
    original: DatabaseUrl,
    open: bool,
}

impl Scratch {
    /// Drops the database.
    ///
    /// # Errors
    /// The server refuses or is gone; the copy is then dropped by the next use that comes an hour later or more.
    pub async fn close(mut self) -> Result<(), Error> {
        self.open = false;
        dropped(&self.original, &self.name).await
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if !self.open {
            return;
        }
        let (url, name) = (self.original.clone(), self.name.clone());
        // The runtime that is about to end can't be asked any more.
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            if let Ok(runtime) = runtime {
                let _ = runtime.block_on(async { tokio::time::timeout(LAST_MOMENT, dropped(&url, &name)).await });
            }
        });
        let _ = thread.join();
    }
}

async fn dropped(url: &DatabaseUrl, name: &str) -> Result<(), Error> {
    let db = open_postgres(url).await?;
    let dropped = drop_database(&db, name).await;
    let _ = db.close().await;
    dropped
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
    sweep(db).await?;
    let (_, original) = location(&options.url)?;
    let name = format!("{PREFIX}{:08x}_{}", seconds(), random());
    let url = options.url.with_database(&name);
    // From here on it is dropped however this ends.
    let scratch = Scratch { url, name: name.clone(), original: options.url.clone(), open: true };
    create(db, &name).await?;
    let to = open_postgres(&scratch.url).await?;
    let path = std::path::PathBuf::from(original);
    let filled = async {
        run(&to, &format!("CREATE SCHEMA IF NOT EXISTS {}", quoted(&place.schema))).await?;
        let (tx, snapshot) = still(db).await?;
        let tables = present(&tx, place).await?;
        if tables.is_empty() {
            return Ok(());
        }
        let patience = Patience::new(options.lock_timeout);
        events(&Event::CopyingTables { database: name.clone() });
        let names = tables.iter().map(String::as_str);
        let mut command = pg_dump(&programs, &options.url, place, names, Some(&snapshot), &patience)?;
        command.args(["--format=plain", "--no-owner", "--no-privileges"]);
        let (running, output) = Running::start("pg_dump", &mut command)?;
        let (from, into) = (place.schema.as_str(), place.schema.as_str());
        let mut load = Load { db: &to, from, to: into, tables: tables.clone(), tables_only: true };
        let loaded = load.script(output, &path).await;
        running.end(Some(&options.url)).await.map_err(|e| busy(e, &patience))?;
        loaded?;
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

/// Drops the copies that killed runs left, where that is allowed.
async fn sweep(db: &DatabaseConnection) -> Result<(), Error> {
    let sql = format!(
        "SELECT datname::text AS line FROM pg_database WHERE datname LIKE '{}%' AND pg_has_role(datdba, 'MEMBER')",
        PREFIX.replace('_', "\\_")
    );
    for name in lines(db, &sql).await? {
        if made_at(&name).is_some_and(|made| made + LEFT_BEHIND.as_secs() < seconds()) {
            // Another run may be dropping it too.
            let _ = drop_database(db, &name).await;
        }
    }
    Ok(())
}

/// `callboard_dryrun_<seconds since 1970>_<random>`, both in hexadecimal.
fn made_at(name: &str) -> Option<u64> {
    let (made, random) = name.strip_prefix(PREFIX)?.split_once('_')?;
    let ours = made.len() == 8 && random.len() == 12 && u64::from_str_radix(random, 16).is_ok();
    u64::from_str_radix(made, 16).ok().filter(|_| ours)
}

fn seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
