//! Pages of a SQLite database into a file of their own, and back.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};
use sha2::{Digest, Sha256};

use super::store::hex;
use crate::error::Error;
use crate::runner::{
    Applied, Event, HISTORY_TABLE, Patience, Place, applied, counts, describe_in, open_look, sqlite_tables,
};
use crate::sqlite::{Copying, Refusal};
use crate::verify::pages::{self, Depth};

/// Pages a step: 16 MiB of the usual size, so that an interrupt is seen in time.
const PAGES: i32 = 4096;

/// What a database holds, in the same words for a backup and for what it was taken of.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(crate) struct Contents {
    pub schema_version: Option<String>,
    pub origin: Option<String>,
    pub fingerprint: String,
    /// Of each table but those of another application's that only it can read: copying the pages copies these too.
    pub rows: BTreeMap<String, u64>,
}

/// Reads what a database holds.
pub(crate) async fn contents(db: &impl ConnectionTrait, place: &Place) -> Result<Contents, Error> {
    let history = applied(db, place).await?;
    let failed = |e: DbErr| Error::database("counting rows", &e);
    let rows = counts(db, place, &sqlite_tables(db, place).await?).await.map_err(failed)?;
    described(db, place, &history, rows).await
}

/// What a database holds whose history, and the rows of whose other tables, are known.
pub(crate) async fn contents_of(
    db: &impl ConnectionTrait,
    place: &Place,
    history: Option<&[Applied]>,
    rows: &BTreeMap<String, u64>,
) -> Result<Contents, Error> {
    let mut rows = rows.clone();
    rows.extend(history.map(|applied| (HISTORY_TABLE.to_owned(), applied.len() as u64)));
    described(db, place, history.unwrap_or_default(), rows).await
}

async fn described(
    db: &impl ConnectionTrait,
    place: &Place,
    history: &[Applied],
    rows: BTreeMap<String, u64>,
) -> Result<Contents, Error> {
    let schema = describe_in(db, place, None).await?;
    Ok(Contents {
        schema_version: history.last().map(|a| a.version.clone()),
        origin: origin(history),
        fingerprint: hex(&Sha256::digest(schema)),
        rows,
    })
}

/// What tells a database from others: when its first migration was applied, to the microsecond.
pub(crate) fn origin(history: &[Applied]) -> Option<String> {
    history.first().map(|a| format!("{} {}", a.version, a.applied_at.format("%Y-%m-%dT%H:%M:%S%.6fZ")))
}

/// Copies all pages of `from`, as its connection sees them, into the empty file at `to`.
///
/// Whoever needs a fixed state has a transaction open on `from`.
pub(crate) async fn copy_out(
    from: &DatabaseConnection,
    to: &Path,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<(), Error> {
    let io = |e: sqlx::Error| Error::Io { path: to.to_owned(), reason: e.to_string() };
    let mut from = from.get_sqlite_connection_pool().acquire().await.map_err(io)?;
    // Nobody reads the file before it is whole, and it is synced once, at the end.
    let fresh = SqliteConnectOptions::new()
        .filename(to)
        .create_if_missing(false)
        .journal_mode(SqliteJournalMode::Off)
        .synchronous(SqliteSynchronous::Off);
    let mut into = SqliteConnection::connect_with(&fresh).await.map_err(io)?;
    let copied = async {
        let mut copying = Copying::begin(&mut from, &mut into).await.map_err(io)?;
        run(&mut copying, to, patience, events).await
    };
    let copied = copied.await;
    // The copy is on its way to the disk whatever closing says; it is synced and read again afterwards.
    let _ = into.close().await;
    copied
}

/// Takes all steps of a copy, waiting for whoever is in the way.
pub(crate) async fn run(
    copying: &mut Copying<'_>,
    to: &Path,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<(), Error> {
    let mut told = Instant::now();
    while !step(copying, PAGES, to, patience, events).await? {
        if told.elapsed() > Duration::from_millis(250) {
            told = Instant::now();
            let (left, of) = copying.pages();
            events(&Event::Copying { done: u64::from((of - left).unsigned_abs()), of: u64::from(of.unsigned_abs()) });
        }
        // A signal is seen here.
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// One step of a copy, waiting for whoever is in the way.
pub(crate) async fn step(
    copying: &mut Copying<'_>,
    pages: i32,
    to: &Path,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<bool, Error> {
    loop {
        match copying.step(pages) {
            Ok(done) => return Ok(done),
            Err(refusal) if refusal.is_busy() => patience.wait("the database file", events).await?,
            Err(refusal) => return Err(refused(to, &refusal)),
        }
    }
}

fn refused(path: &Path, refusal: &Refusal) -> Error {
    if refusal.is_damage() {
        return Error::Damaged { doing: "copying its pages", reason: refusal.to_string() };
    }
    Error::Io { path: path.to_owned(), reason: refusal.to_string() }
}

/// Reads a file that nobody writes to, and compares it with what it must hold.
pub(crate) async fn check_copy(path: &Path, expected: &Contents) -> Result<(), Error> {
    let unusable = |reason: String| Error::BackupUnusable { path: path.to_owned(), reason };
    let place = Place::sqlite();
    let db = open_look(path).await.map_err(|e| unusable(e.to_string()))?;
    let checked = async {
        sound(&db, &place).await.map_err(unusable)?;
        contents(&db, &place).await.map_err(|e| unusable(e.to_string()))
    };
    let checked = checked.await;
    // Only reads were done on it.
    let _ = db.close().await;
    match difference(expected, &checked?) {
        Some(reason) => Err(unusable(reason)),
        None => Ok(()),
    }
}

/// SQLite's own look at the pages, and at the values in our tables; those of another application are its own affair.
pub(crate) async fn sound(db: &impl ConnectionTrait, place: &Place) -> Result<(), String> {
    let ours = crate::known().iter().flat_map(|s| s.footprint(place.kind).tables.clone()).collect();
    let looked = pages::look(db, place, Depth::Quick, &ours).await.map_err(|e| e.to_string())?;
    looked.ours.first().map_or(Ok(()), |line| Err(format!("SQLite finds it damaged: {line}")))
}

/// What of it is not as expected.
pub(crate) fn difference(expected: &Contents, found: &Contents) -> Option<String> {
    let none = "nothing".to_owned();
    if expected.schema_version != found.schema_version {
        let word = |v: &Option<String>| v.clone().unwrap_or_else(|| none.clone());
        return Some(format!("it is at {} and not at {}", word(&found.schema_version), word(&expected.schema_version)));
    }
    for table in expected.rows.keys().chain(found.rows.keys()) {
        let (a, b) = (expected.rows.get(table), found.rows.get(table));
        if a != b {
            let word = |n: Option<&u64>| n.map_or_else(|| "no table".to_owned(), |n| format!("{n} rows"));
            return Some(format!("{table} has {} where {} are expected", word(b), word(a)));
        }
    }
    (expected.fingerprint != found.fingerprint).then(|| "its schema is another one".to_owned())
}
