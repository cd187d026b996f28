//! Takes a backup: a fixed state, copied, read again, and only then given its name.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;

use sea_orm::{ConnectionTrait, DatabaseConnection, DatabaseTransaction};

use super::manifest::{Backup, Manifest, Reason, Source};
use super::sqlite::{self, Contents};
use super::store::{self, Partial, Store};
use super::{Rights, Settings, folder};
use crate::error::Error;
use crate::runner::{Applied, Event, Options, Patience, Place, State, inspect, open_for_reading};
use crate::target::Kind;

/// Takes a backup of a database as it is now. Others may go on reading and writing: it holds what was committed when
/// it began. On SQLite it is a copy of all pages; on PostgreSQL a dump of the board's tables.
///
/// # Errors
/// There is no database, or it or the folder can't be used; [`Error::NoSpace`]. Nothing is left in the folder then.
pub async fn take(options: &Options, reason: Reason, events: &mut (dyn FnMut(&Event) + Send)) -> Result<Backup, Error> {
    let mut patience = Patience::new(options.lock_timeout);
    let Some(path) = options.url.sqlite_path() else {
        return super::postgres::take(options, reason, &mut patience, events).await;
    };
    let since = Instant::now();
    let missing = || Error::NoDatabase { target: options.url.to_string() };
    let taken = async {
        if inspect(path)? == State::Missing {
            return Err(missing());
        }
        let folder = folder(options)?;
        let (db, _) = open_for_reading(options).await?;
        let db = db.ok_or_else(missing)?;
        let wanted = Wanted { settings: &options.backups, folder: &folder, reason, contents: None };
        let taken = of_sqlite(&db, path, wanted, &mut patience, events).await;
        let _ = db.close().await;
        taken
    };
    taken.await.map_err(|e| e.finished(&options.url, since))
}

/// Takes the backup that precedes a change, inside the lock of the run; none when no row could be lost, or when the
/// caller wants none.
pub(crate) async fn before(
    options: &Options,
    tx: &DatabaseTransaction,
    place: &Place,
    reason: Reason,
    found: Found<'_>,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Option<Backup>, Error> {
    if !options.backups.before_changes || found.rows.values().all(|rows| *rows == 0) {
        return Ok(None);
    }
    let Some(path) = options.url.sqlite_path() else {
        return super::postgres::before(options, tx, place, reason, found.rows.keys(), patience, events).await;
    };
    let contents = Some(sqlite::contents_of(tx, place, found.history, found.rows).await?);
    // Another connection: the run's own holds the write lock, so nothing can be written between this and the change.
    let (db, _) = open_for_reading(options).await?;
    let db = db.ok_or_else(|| Error::NoDatabase { target: options.url.to_string() })?;
    let folder = folder(options)?;
    let wanted = Wanted { settings: &options.backups, folder: &folder, reason, contents };
    let taken = of_sqlite(&db, path, wanted, patience, events).await;
    let _ = db.close().await;
    taken.map(Some)
}

/// What a run found under its lock.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Found<'a> {
    /// None where nothing was ever applied.
    pub history: Option<&'a [Applied]>,
    /// Of each table but the history.
    pub rows: &'a BTreeMap<String, u64>,
}

/// A backup that is to be taken of a SQLite file.
#[derive(Debug)]
pub(super) struct Wanted<'a> {
    pub settings: &'a Settings,
    pub folder: &'a Path,
    pub reason: Reason,
    /// What the file holds, from who keeps all others from writing to it; else it is read.
    pub contents: Option<Contents>,
}

/// Copies what the connection sees into the folder. The connection has no transaction open.
pub(super) async fn of_sqlite(
    db: &DatabaseConnection,
    path: &Path,
    wanted: Wanted<'_>,
    patience: &mut Patience,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Backup, Error> {
    let Wanted { settings, folder, reason, contents } = wanted;
    let store = Store::open(folder, patience, events).await?;
    refuse_no_space(path, folder)?;
    let partial = store.begin(&label(path))?;
    events(&Event::BackingUp { folder: folder.to_owned() });
    let failed = |e| Error::database("reading for the backup", &e);
    // The state of this moment, whatever others write from here on.
    db.execute_unprepared("BEGIN").await.map_err(failed)?;
    let copied = async {
        let contents = match contents {
            Some(known) => known,
            None => sqlite::contents(db, &Place::sqlite()).await?,
        };
        sqlite::copy_out(db, &partial.path, patience, events).await?;
        Ok::<Contents, Error>(contents)
    };
    let copied = copied.await;
    let _ = db.execute_unprepared("ROLLBACK").await;
    let contents = copied?;
    // Nobody writes to it any more: it is synced and hashed while SQLite reads it.
    let copy = partial.path.clone();
    let finishing = tokio::task::spawn_blocking(move || store::finish(&copy));
    let (checked, finished) = tokio::join!(sqlite::check_copy(&partial.path, &contents), finishing);
    if let Err(error) = checked {
        // A copy of damaged pages is as damaged: that is no fault of the copy.
        let damaged = |reason| Error::Damaged { doing: "backing it up", reason };
        sqlite::sound(db, &Place::sqlite()).await.map_err(damaged)?;
        return Err(error);
    }
    let stopped = |e: tokio::task::JoinError| Error::Io { path: partial.path.clone(), reason: e.to_string() };
    let finished = finished.map_err(stopped)??;
    let source = Source { location: location(path), schema: None, origin: contents.origin.clone() };
    let backup = publish(partial, finished, Kind::Sqlite, source, reason, settings, contents, None)?;
    if let Some(keep) = settings.keep {
        store.prune(keep, &backup);
    }
    events(&Event::BackedUp { backup: Box::new(backup.clone()) });
    Ok(backup)
}

/// Writes the manifest of a file that was checked, and gives both their names.
#[expect(clippy::too_many_arguments, reason = "what a manifest says")]
pub(super) fn publish(
    partial: Partial,
    (bytes, sha256): (u64, String),
    database: Kind,
    source: Source,
    reason: Reason,
    settings: &Settings,
    contents: Contents,
    rights: Option<Rights>,
) -> Result<Backup, Error> {
    let manifest = Manifest {
        manifest_version: Manifest::version(),
        id: partial.id.clone(),
        file: partial.file(database),
        database,
        source,
        reason,
        run: settings.run.clone(),
        created_at: partial.created_at,
        product_version: env!("CARGO_PKG_VERSION").to_owned(),
        schema_version: contents.schema_version,
        bytes,
        sha256,
        fingerprint: contents.fingerprint,
        rows: contents.rows,
        rights,
    };
    partial.publish(manifest)
}

/// The absolute path, which names the database in its manifests.
pub(super) fn location(path: &Path) -> String {
    let path = path.canonicalize().or_else(|_| std::path::absolute(path)).unwrap_or_else(|_| path.to_owned());
    path.to_string_lossy().into_owned()
}

fn label(path: &Path) -> String {
    path.file_stem().map(|s| s.to_string_lossy().into_owned()).unwrap_or_default()
}

/// The room that a copy of a SQLite file takes, in bytes; a file that can't be read has none.
pub(crate) fn size_of_copy(path: &Path) -> u64 {
    let size = |suffix: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        std::fs::metadata(name).map_or(0, |m| m.len())
    };
    size("") + size("-wal")
}

/// A copy that would fill the disk would also keep the application from writing.
pub(crate) fn refuse_no_space(path: &Path, folder: &Path) -> Result<(), Error> {
    refuse_full(folder, size_of_copy(path))
}

/// Refuses when the folder's disk has no room for so many bytes, and a little more.
pub(crate) fn refuse_full(folder: &Path, bytes: u64) -> Result<(), Error> {
    let needed = bytes.saturating_add(1 << 20);
    let Ok(room) = rustix::fs::statvfs(folder) else { return Ok(()) };
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    if free < needed { Err(Error::NoSpace { path: folder.to_owned(), needed, free }) } else { Ok(()) }
}
