//! Puts a backup back: checked first, written through the database's own engine, and what it overwrites backed up.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::aside::{Draft, is_stray};
use super::check::{check, stamp};
use super::manifest::{Backup, Source};
use super::overwrite::Overwrite;
use super::take::location;
use super::{folder, sqlite};
use crate::error::Error;
use crate::runner::{self, Access, Event, Options, Patience, Place, State};
use crate::target::Kind;

/// What a restore did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Restored {
    /// What was put back.
    pub backup: Backup,
    /// What was there before; none when that was nothing.
    pub overwritten: Option<Backup>,
    /// The folder that holds what was there where SQLite could not read all of it: its pages, or the files themselves.
    #[serde(serialize_with = "as_text")]
    pub moved: Option<PathBuf>,
    /// What the PostgreSQL database is called now that was replaced as a whole.
    pub renamed: Option<String>,
}

/// How careful a restore is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Careful {
    /// Takes a backup of another database, too.
    pub any_source: bool,
    /// PostgreSQL: replaces the database as a whole, by a new one that gets its name.
    pub whole_database: bool,
}

type Events<'a> = &'a mut (dyn FnMut(&Event) + Send);

/// Puts a backup back in place of what is there, which is backed up first. Others may have the database open: they see
/// the restored rows in their next transaction.
///
/// # Errors
/// Refused before anything is changed: a backup that is damaged or of another database, a database that can't be used,
/// a busy lock. [`Error::RestoreFailed`] says whether the database is as before.
pub async fn restore(
    options: &Options,
    backup: &Backup,
    careful: Careful,
    events: Events<'_>,
) -> Result<Restored, Error> {
    refuse_other_kind(options, backup)?;
    let mut patience = Patience::new(options.lock_timeout);
    let Some(path) = options.url.sqlite_path() else {
        return super::postgres::restore(options, backup, careful, None, &mut patience, events).await;
    };
    let since = Instant::now();
    let restored = of_sqlite(options, path, backup, careful, &mut patience, events).await;
    restored.map_err(|e| e.finished(&options.url, since))
}

/// Reads the whole backup, and refuses it where [`restore`] would for what it is or is of. Changes nothing.
///
/// # Errors
/// As [`restore`], but for what only the restore itself meets: locks, rights, and what others' objects depend on.
pub async fn foresee(options: &Options, backup: &Backup, careful: Careful) -> Result<(), Error> {
    refuse_other_kind(options, backup)?;
    let since = Instant::now();
    let seen = async {
        check(backup).await?;
        let place = Place::new(options.url.kind(), options.schema.as_deref())?;
        let (db, _) = runner::open_for_reading(options).await?;
        let Some(db) = db else { return Ok(()) };
        let history = runner::applied(&db, &place).await;
        let _ = db.close().await;
        let location = match options.url.sqlite_path() {
            Some(path) => location(path),
            None => super::postgres::location(&options.url)?.0,
        };
        let schema = (place.kind == Kind::Postgres).then_some(place.schema);
        let live = Source { location, schema, origin: sqlite::origin(&history?) };
        if careful.any_source || backup.manifest.source.is_same(&live) { Ok(()) } else { Err(other(backup)) }
    };
    match seen.await {
        // That is what a restore is for.
        Err(Error::Damaged { .. } | Error::NotADatabase { .. }) => Ok(()),
        seen => seen.map_err(|e| e.finished(&options.url, since)),
    }
}

fn refuse_other_kind(options: &Options, backup: &Backup) -> Result<(), Error> {
    let kind = options.url.kind();
    if backup.manifest.database == kind {
        return Ok(());
    }
    let reason = format!("it is of a {} database, and {} is {kind}", backup.manifest.database, options.url);
    Err(Error::BackupUnusable { path: backup.path.clone(), reason })
}

fn other(backup: &Backup) -> Error {
    Error::OtherDatabase { path: backup.path.clone(), of: backup.manifest.source.location.clone() }
}

async fn of_sqlite(
    options: &Options,
    path: &Path,
    backup: &Backup,
    careful: Careful,
    patience: &mut Patience,
    events: Events<'_>,
) -> Result<Restored, Error> {
    events(&Event::Checking { path: backup.path.clone() });
    let before = stamp(&backup.path);
    check(backup).await?;
    let state = runner::inspect(path)?;
    runner::refuse_read_only(path, state)?;
    if state == State::Missing {
        runner::make_folder(path)?;
    }
    let folder = folder(options)?;
    let _lock = runner::take_lock(path, patience, events).await?;
    let seen = match runner::inspect(path)? {
        state if is_stray(path, state) => Err(Error::NotADatabase { path: path.to_owned() }),
        State::Missing => Ok(None),
        _ => look(path, patience).await.map(Some),
    };
    let is_there = backup.manifest.source.location == location(path);
    match &seen {
        Ok(Some(live)) if !careful.any_source && !backup.manifest.source.is_same(live) => return Err(other(backup)),
        // What can't be read has no history to be known by.
        Err(_) if !careful.any_source && !is_there => return Err(seen.err().unwrap_or_else(|| other(backup))),
        _ => {}
    }
    let mut restored = Restored { backup: backup.clone(), overwritten: None, moved: None, renamed: None };
    let draft = Draft { path, backup, before, settings: &options.backups, folder: &folder };
    match seen {
        Ok(None) | Err(Error::NotADatabase { .. }) => restored.moved = draft.replace(patience, events).await?,
        Ok(Some(_)) | Err(Error::Damaged { .. }) => {
            let mut work = Overwrite::new(path, backup, before, &options.backups, &folder);
            match work.run(patience, events).await {
                Ok(()) => (restored.overwritten, restored.moved) = (work.saved, work.kept),
                // It can't even be written over. One that was sound enough for a backup stays: others may use it.
                Err(Error::Damaged { .. }) if work.saved.is_none() => {
                    restored.moved = draft.replace(patience, events).await?
                }
                Err(error) => return Err(error),
            }
        }
        Err(error) => return Err(error),
    }
    Ok(restored)
}

/// Puts back what `up` or `down` was begun with, while the run still holds its lock. `tables` are those of its steps.
pub(crate) async fn after_commit(
    options: &Options,
    backup: &Backup,
    tables: &BTreeSet<String>,
    events: Events<'_>,
) -> Result<(), Error> {
    let mut patience = Patience::new(options.lock_timeout);
    let Some(path) = options.url.sqlite_path() else {
        let (careful, known) = (Careful::default(), Some(tables));
        return super::postgres::restore(options, backup, careful, known, &mut patience, events).await.map(drop);
    };
    let before = stamp(&backup.path);
    check(backup).await?;
    let folder = folder(options)?;
    Overwrite::new(path, backup, before, &options.backups, &folder).run(&mut patience, events).await
}

/// Which database it is that is there.
async fn look(path: &Path, patience: &Patience) -> Result<Source, Error> {
    let db = runner::open_sqlite(path, Access::Look, patience.left()).await?;
    let history = runner::applied(&db, &Place::sqlite()).await;
    let _ = db.close().await;
    Ok(Source { location: location(path), schema: None, origin: sqlite::origin(&history?) })
}

fn as_text<S: serde::Serializer>(path: &Option<PathBuf>, to: S) -> Result<S::Ok, S::Error> {
    match path {
        Some(path) => super::manifest::as_text(path, to),
        None => to.serialize_none(),
    }
}
