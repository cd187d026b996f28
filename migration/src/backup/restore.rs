//! Puts a backup back: checked first, written through the database's own engine, and what it overwrites backed up.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::aside::{is_stray, move_aside};
use super::check::{check, expected, stamp};
use super::manifest::{Backup, Reason, Source};
use super::take::{location, of_sqlite};
use super::{Settings, folder, sqlite, store};
use crate::error::{Error, RestoreOutcome};
use crate::runner::{self, Access, Event, Options, Patience, Place, State};
use crate::sqlite::Copying;

/// What a restore did.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Restored {
    /// What was put back.
    pub backup: Backup,
    /// What was there before; none when that was nothing.
    pub overwritten: Option<Backup>,
    /// Where a file went that SQLite could not read.
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
    let kind = options.url.kind();
    if backup.manifest.database != kind {
        let reason = format!("it is of a {} database, and {} is {kind}", backup.manifest.database, options.url);
        return Err(Error::BackupUnusable { path: backup.path.clone(), reason });
    }
    let mut patience = Patience::new(options.lock_timeout);
    let Some(path) = options.url.sqlite_path() else {
        return super::postgres::restore(options, backup, careful, None, &mut patience, events).await;
    };
    events(&Event::Checking { path: backup.path.clone() });
    let before = stamp(&backup.path);
    check(backup).await?;
    let state = runner::inspect(path)?;
    runner::refuse_read_only(path, state)?;
    if state == State::Missing {
        runner::make_folder(path)?;
    }
    let _lock = runner::take_lock(path, &mut patience, events).await?;
    let seen = match runner::inspect(path)? {
        state if is_stray(path, state) => Err(Error::NotADatabase { path: path.to_owned() }),
        State::Missing => Ok(()),
        _ => look(path, careful, backup).await,
    };
    let moved = match seen {
        Err(Error::NotADatabase { .. }) => Some(move_aside(path, careful, backup)?),
        other => other.map(|()| None)?,
    };
    if runner::inspect(path)? == State::Missing {
        runner::create(path)?;
    }
    let mut work =
        Overwrite { path, backup, before, settings: &options.backups, folder: folder(options)?, saved: None };
    let overwritten = work.run(&mut patience, events).await?;
    Ok(Restored { backup: backup.clone(), overwritten, moved, renamed: None })
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
    let mut work =
        Overwrite { path, backup, before, settings: &options.backups, folder: folder(options)?, saved: None };
    work.run(&mut patience, events).await.map(drop)
}

/// Refuses a live database that is not the one that the backup is of.
async fn look(path: &Path, careful: Careful, backup: &Backup) -> Result<(), Error> {
    let db = runner::open_sqlite(path, Access::Look, std::time::Duration::ZERO).await?;
    let history = runner::applied(&db, &Place::sqlite()).await;
    let _ = db.close().await;
    let live = Source { location: location(path), schema: None, origin: sqlite::origin(&history?) };
    if careful.any_source || backup.manifest.source.is_same(&live) {
        Ok(())
    } else {
        Err(Error::OtherDatabase { path: backup.path.clone(), of: backup.manifest.source.location.clone() })
    }
}

struct Overwrite<'a> {
    path: &'a Path,
    backup: &'a Backup,
    /// The backup's file when its check began.
    before: Option<(u64, u64, i64, i64, i64)>,
    settings: &'a Settings,
    folder: PathBuf,
    /// What was there before, once it is backed up.
    saved: Option<Backup>,
}

impl Overwrite<'_> {
    async fn run(&mut self, patience: &mut Patience, events: Events<'_>) -> Result<Option<Backup>, Error> {
        let db = runner::open_sqlite(self.path, Access::Write, patience.left()).await?;
        let outcome = self.inside(&db, patience, events).await;
        let outcome = match outcome {
            Err(error) => Err(self.explain(&db, error, patience, events).await),
            done => done,
        };
        let _ = db.close().await;
        outcome
    }

    /// After a failure: is the database as it was, and if it is not, can it be again?
    async fn explain(
        &mut self,
        db: &DatabaseConnection,
        error: Error,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Error {
        let Some(saved) = self.saved.clone() else { return error };
        let failed = |reason: String, outcome| Error::RestoreFailed {
            target: self.path.display().to_string(),
            reason,
            outcome,
            overwritten: Some(saved.path.clone()),
        };
        let _ = db.execute_unprepared("ROLLBACK").await;
        if settle(db, &saved, false).await.is_ok() {
            return match error {
                Error::LockBusy { .. } => error,
                error => failed(error.to_string(), RestoreOutcome::Unchanged),
            };
        }
        let reason = error.to_string();
        if runner::has_hot_journal(self.path) {
            // Not committed: the journal is still there, and the disk took no write to roll back by.
            let reason = format!("{reason}; SQLite ends the rollback when the file is next opened");
            return failed(reason, RestoreOutcome::Unchanged);
        }
        let mut from = match source(&saved.path).await {
            Ok(from) => from,
            Err(e) => return failed(format!("{reason}; then {e}"), RestoreOutcome::NotRestored),
        };
        let put_back = async {
            let mut to = db.get_sqlite_connection_pool().acquire().await.map_err(|e| io(self.path, &e))?;
            let mut copying = Copying::begin(&mut from, &mut to).await.map_err(|e| io(self.path, &e))?;
            sqlite::run(&mut copying, self.path, patience, events).await
        };
        match put_back.await {
            Ok(()) if settle(db, &saved, false).await.is_ok() => failed(reason, RestoreOutcome::PutBack),
            Ok(()) => failed(reason, RestoreOutcome::NotRestored),
            Err(e) => failed(format!("{reason}; then {e}"), RestoreOutcome::NotRestored),
        }
    }

    async fn inside(
        &mut self,
        db: &DatabaseConnection,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Result<Option<Backup>, Error> {
        let wal = text(db, "PRAGMA journal_mode").await? == "wal";
        self.refuse_page_size(db, wal).await?;
        if wal {
            self.beside_readers(db, patience, events).await?;
        } else {
            self.alone(db, patience, events).await?;
        }
        events(&Event::Restored { backup: Box::new(self.backup.clone()) });
        Ok(self.saved.take())
    }

    /// In WAL mode readers go on meanwhile. Between the safety copy and the write lock of the copy back nobody may have
    /// written: a second connection can tell, and then both are done again.
    async fn beside_readers(
        &mut self,
        db: &DatabaseConnection,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Result<(), Error> {
        let watch = runner::open_sqlite(self.path, Access::Look, patience.left()).await?;
        let outcome = async {
            while !self.in_one_go(db, &watch, patience, events).await? {
                patience.wait("the database file", events).await?;
            }
            Ok(())
        };
        let outcome: Result<(), Error> = outcome.await;
        let _ = watch.close().await;
        outcome?;
        settle(db, self.backup, false).await?;
        // So that the log does not stay as long as the database. A reader can be in the way.
        let _ = db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await;
        Ok(())
    }

    /// False when somebody wrote in between, and nothing was changed.
    async fn in_one_go(
        &mut self,
        db: &DatabaseConnection,
        watch: &DatabaseConnection,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Result<bool, Error> {
        run(db, "BEGIN IMMEDIATE").await?;
        let saved = self.save(watch, patience, events).await;
        let seen = text(watch, "PRAGMA data_version").await;
        run(db, "ROLLBACK").await?;
        self.saved = saved?;
        let seen = seen?;
        let mut from = source(&self.backup.path).await?;
        let mut to = db.get_sqlite_connection_pool().acquire().await.map_err(|e| io(self.path, &e))?;
        let mut copying = Copying::begin(&mut from, &mut to).await.map_err(|e| io(self.path, &e))?;
        // The first page takes the write lock; it is not committed before the last one.
        let done = sqlite::step(&mut copying, 1, self.path, patience, events).await?;
        if text(watch, "PRAGMA data_version").await? != seen {
            drop(copying);
            // It turned out not to be of the last moment.
            self.saved.take().iter().for_each(|saved| store::remove(&self.folder, saved));
            return Ok(false);
        }
        events(&Event::Restoring { backup: Box::new(self.backup.clone()) });
        self.refuse_changed()?;
        if !done {
            sqlite::run(&mut copying, self.path, patience, events).await?;
        }
        drop(copying);
        let _ = from.close().await;
        Ok(true)
    }

    /// With a rollback journal nobody can read beside a writer: the one lock is held from the safety copy to the end.
    async fn alone(
        &mut self,
        db: &DatabaseConnection,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Result<(), Error> {
        run(db, "PRAGMA locking_mode = EXCLUSIVE").await?;
        run(db, "BEGIN EXCLUSIVE").await?;
        run(db, "COMMIT").await?;
        self.saved = self.save(db, patience, events).await?;
        let mut from = source(&self.backup.path).await?;
        let copied = async {
            let mut to = db.get_sqlite_connection_pool().acquire().await.map_err(|e| io(self.path, &e))?;
            let mut copying = Copying::begin(&mut from, &mut to).await.map_err(|e| io(self.path, &e))?;
            events(&Event::Restoring { backup: Box::new(self.backup.clone()) });
            self.refuse_changed()?;
            sqlite::run(&mut copying, self.path, patience, events).await
        };
        copied.await?;
        let _ = from.close().await;
        settle(db, self.backup, true).await?;
        run(db, "PRAGMA locking_mode = NORMAL").await?;
        // The lock goes with the next read.
        text(db, "SELECT count(*) FROM sqlite_schema").await.map(drop)
    }

    /// Backs up what is there, unless that is nothing.
    async fn save(
        &self,
        db: &DatabaseConnection,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Result<Option<Backup>, Error> {
        if runner::sqlite_tables(db, &Place::sqlite()).await?.is_empty() {
            return Ok(None);
        }
        // Nothing is pruned while something is being restored.
        let settings = Settings { keep: None, ..self.settings.clone() };
        of_sqlite(db, self.path, &settings, &self.folder, Reason::Restore, patience, events).await.map(Some)
    }

    /// Refuses a backup that is no longer the file that was checked.
    fn refuse_changed(&self) -> Result<(), Error> {
        if self.before.is_some() && stamp(&self.backup.path) == self.before {
            return Ok(());
        }
        let reason = "it was written to while it was being restored".to_owned();
        Err(Error::BackupUnusable { path: self.backup.path.clone(), reason })
    }

    async fn refuse_page_size(&self, db: &DatabaseConnection, wal: bool) -> Result<(), Error> {
        let source = runner::open_look(&self.backup.path).await?;
        let theirs = text(&source, "PRAGMA page_size").await;
        let _ = source.close().await;
        let (theirs, ours) = (theirs?, text(db, "PRAGMA page_size").await?);
        let empty = text(db, "PRAGMA page_count").await? == "0";
        if wal && theirs != ours && !empty {
            let reason = format!(
                "its pages have {theirs} bytes and those of {} {ours}, which can't change in WAL mode: run PRAGMA \
                 journal_mode = DELETE on it first",
                self.path.display()
            );
            return Err(Error::BackupUnusable { path: self.backup.path.clone(), reason });
        }
        Ok(())
    }
}

/// Reads the restored database. `locked`: nobody can have written since, so that the rows must be the backup's.
async fn settle(db: &DatabaseConnection, backup: &Backup, locked: bool) -> Result<(), Error> {
    let unlike = |reason: String| Error::BackupUnusable { path: backup.path.clone(), reason };
    sqlite::sound(db, &Place::sqlite()).await.map_err(unlike)?;
    let found = sqlite::contents(db, &Place::sqlite()).await?;
    let mut wanted = expected(&backup.manifest);
    if !locked {
        wanted.rows.clone_from(&found.rows);
    }
    sqlite::difference(&wanted, &found).map_or(Ok(()), |reason| Err(unlike(format!("once restored, {reason}"))))
}

/// The backup's file, which nobody may write to: so SQLite makes no file beside it.
async fn source(path: &Path) -> Result<SqliteConnection, Error> {
    let options = SqliteConnectOptions::new().filename(path).create_if_missing(false).read_only(true).immutable(true);
    SqliteConnection::connect_with(&options).await.map_err(|e| io(path, &e))
}

fn io(path: &Path, e: &sqlx::Error) -> Error {
    Error::Io { path: path.to_owned(), reason: e.to_string() }
}

async fn run(db: &DatabaseConnection, sql: &str) -> Result<(), Error> {
    db.execute_unprepared(sql).await.map(drop).map_err(|e| Error::database("restoring", &e))
}

/// The first value of the first row, as text.
async fn text(db: &DatabaseConnection, sql: &str) -> Result<String, Error> {
    let failed = |e: DbErr| Error::database("restoring", &e);
    let row = db.query_one_raw(Place::sqlite().ask(sql)).await.map_err(failed)?;
    let Some(row) = row else { return Ok(String::new()) };
    if let Ok(text) = row.try_get_by_index::<String>(0) {
        return Ok(text);
    }
    row.try_get_by_index::<i64>(0).map(|n| n.to_string()).map_err(failed)
}
