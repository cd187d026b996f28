//! Writes a backup into a live database through SQLite, beside whoever has it open, and undoes what goes wrong.

use std::path::{Path, PathBuf};

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{self, Connection as _};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use super::check::{Stamp, expected, stamp};
use super::manifest::{Backup, Reason};
use super::take::{Wanted, of_sqlite};
use super::{Settings, aside, sqlite, store};
use crate::error::{Error, RestoreOutcome};
use crate::runner::{self, Access, Event, Patience, Place};
use crate::sqlite::Copying;

type Events<'a> = &'a mut (dyn FnMut(&Event) + Send);

/// A backup on its way into a database that others may have open.
pub(super) struct Overwrite<'a> {
    path: &'a Path,
    backup: &'a Backup,
    /// The backup's file when its check began.
    before: Stamp,
    settings: &'a Settings,
    /// Where backups go.
    folder: &'a Path,
    /// What was there before, once it is backed up.
    pub saved: Option<Backup>,
    /// A folder with the pages of before, where those are damaged and so make no backup.
    pub kept: Option<PathBuf>,
    /// Whether the copy was committed.
    copied: bool,
    /// Whether others have written since: what is there is then theirs, too.
    others_wrote: bool,
}

impl<'a> Overwrite<'a> {
    pub(super) fn new(
        path: &'a Path,
        backup: &'a Backup,
        before: Stamp,
        settings: &'a Settings,
        folder: &'a Path,
    ) -> Self {
        Self { path, backup, before, settings, folder, saved: None, kept: None, copied: false, others_wrote: false }
    }

    /// Backs up what is there, and writes the backup over it. [`Error::Damaged`]: that can't be done to what is there,
    /// and nothing was.
    pub(super) async fn run(&mut self, patience: &mut Patience, events: Events<'_>) -> Result<(), Error> {
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
        let overwritten = self.saved.as_ref().map(|saved| saved.path.clone()).or_else(|| self.kept.clone());
        if overwritten.is_none() && !self.copied {
            return error;
        }
        let target = self.path.display().to_string();
        let failed = |reason: String, outcome| Error::RestoreFailed { target, reason, outcome, overwritten };
        let reason = error.to_string();
        let _ = db.execute_unprepared("ROLLBACK").await;
        if !self.copied {
            let is_as_before = match &self.saved {
                Some(saved) => settle(db, saved, false).await.is_ok(),
                // Damaged pages can't be compared; SQLite takes back what was not committed.
                None => true,
            };
            if is_as_before {
                return match error {
                    Error::LockBusy { .. } => error,
                    Error::Damaged { .. } => {
                        // Another way is tried, which keeps the files themselves.
                        self.kept.take().iter().for_each(|folder| drop(std::fs::remove_dir_all(folder)));
                        error
                    }
                    _ => failed(reason, RestoreOutcome::Unchanged),
                };
            }
            if runner::has_hot_journal(self.path) {
                // The journal is still there, and the disk took no write to roll back by.
                let reason = format!("{reason}; SQLite ends the rollback when the file is next opened");
                return failed(reason, RestoreOutcome::Unchanged);
            }
        }
        let Some(saved) = self.saved.clone().filter(|_| !self.others_wrote) else {
            return failed(reason, RestoreOutcome::NotRestored);
        };
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
    ) -> Result<(), Error> {
        let wal = text(db, "PRAGMA journal_mode").await? == "wal";
        self.refuse_page_size(db, wal).await?;
        if wal {
            self.beside_readers(db, patience, events).await?;
        } else {
            self.alone(db, patience, events).await?;
        }
        events(&Event::Restored { backup: Box::new(self.backup.clone()) });
        Ok(())
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
        // This connection's own writes do not change it.
        let alone = text(db, "PRAGMA data_version").await?;
        let mut from = source(&self.backup.path).await?;
        let mut to = db.get_sqlite_connection_pool().acquire().await.map_err(|e| io(self.path, &e))?;
        let mut copying = Copying::begin(&mut from, &mut to).await.map_err(|e| io(self.path, &e))?;
        // The first page takes the write lock; it is not committed before the last one.
        let done = sqlite::step(&mut copying, 1, self.path, patience, events).await?;
        if text(watch, "PRAGMA data_version").await? != seen {
            drop(copying);
            // It turned out not to be of the last moment.
            self.saved.take().iter().for_each(|saved| store::remove(self.folder, saved));
            self.kept.take().iter().for_each(|folder| drop(std::fs::remove_dir_all(folder)));
            return Ok(false);
        }
        events(&Event::Restoring { backup: Box::new(self.backup.clone()) });
        self.refuse_changed()?;
        if !done {
            sqlite::run(&mut copying, self.path, patience, events).await?;
        }
        self.copied = true;
        drop(copying);
        drop(to);
        let _ = from.close().await;
        let settled = settle(db, self.backup, true).await;
        if settled.is_err() && text(db, "PRAGMA data_version").await? != alone {
            // Such as an application that missed a table: only the pages can still be judged.
            self.others_wrote = true;
            let unsound = |reason| Error::Damaged { doing: "looking at what was restored", reason };
            sqlite::sound(db, &Place::sqlite()).await.map_err(unsound)?;
            return Ok(true);
        }
        settled.map(|()| true)
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
        self.copied = true;
        let _ = from.close().await;
        settle(db, self.backup, true).await?;
        // The lock goes with the next read, or with the connection.
        let _ = run(db, "PRAGMA locking_mode = NORMAL").await;
        let _ = text(db, "SELECT count(*) FROM sqlite_schema").await;
        Ok(())
    }

    /// Backs up what is there, unless that is nothing. Damaged pages make no backup: they are kept as they are.
    async fn save(
        &mut self,
        db: &DatabaseConnection,
        patience: &mut Patience,
        events: Events<'_>,
    ) -> Result<Option<Backup>, Error> {
        if matches!(runner::sqlite_tables(db, &Place::sqlite()).await, Ok(tables) if tables.is_empty()) {
            return Ok(None);
        }
        // Nothing is pruned while something is being restored.
        let settings = Settings { keep: None, ..self.settings.clone() };
        let wanted = Wanted { settings: &settings, folder: self.folder, reason: Reason::Restore, contents: None };
        match of_sqlite(db, self.path, wanted, patience, events).await {
            Err(Error::Damaged { .. }) => {
                let folder = aside::folder(self.path)?;
                let copy = folder.join(self.path.file_name().unwrap_or_default());
                let copied = async {
                    runner::create(&copy)?;
                    sqlite::copy_out(db, &copy, patience, events).await
                };
                if let Err(error) = copied.await {
                    let _ = std::fs::remove_dir_all(&folder);
                    return Err(error);
                }
                self.kept = Some(folder);
                Ok(None)
            }
            saved => saved.map(Some),
        }
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
