//! A dry run: the run itself, on a throwaway copy.

use std::collections::BTreeMap;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use sea_orm::ConnectionTrait;

use super::event::{Event, Report};
use super::file::{self, State};
use super::foresee::foresee;
use super::lock::Patience;
use super::plan::Order;
use super::{DownGoal, Goal, OnLoss, Options, apply, open_for_reading};
use crate::backup;
use crate::error::Error;
use crate::step::Step;
use crate::target::DatabaseUrl;

/// What a run would do, as it did it to a copy.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Rehearsal {
    /// The report of the run on the copy.
    pub report: Report,
    /// The SQL of each step, in the order in which it ran, with its values.
    pub statements: Vec<(String, String)>,
    /// Every table that was there before or is there after.
    pub tables: Vec<Rows>,
}

/// The rows of a table before and after a run; none where it is not there.
#[derive(Clone, Debug, Eq, PartialEq, serde::Serialize)]
pub struct Rows {
    pub table: String,
    pub before: Option<u64>,
    pub after: Option<u64>,
}

/// What [`super::up`] would do, tried on a copy that is removed afterwards. The database is only read.
///
/// # Errors
/// As [`super::up`], found on the copy; the copy can't be made: [`Error::NoSpace`], on PostgreSQL no right to make a
/// database.
pub async fn rehearse_up(
    options: &Options,
    goal: Goal,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Rehearsal, Error> {
    rehearse(crate::known(), options, &Order::Up(goal), events).await
}

/// What [`super::down`] would do and lose, tried on a copy that is removed afterwards.
///
/// # Errors
/// As [`rehearse_up`].
pub async fn rehearse_down(
    options: &Options,
    goal: DownGoal,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Rehearsal, Error> {
    rehearse(crate::known(), options, &Order::Down(goal, OnLoss::Accept), events).await
}

async fn rehearse(
    steps: &[Step],
    options: &Options,
    order: &Order,
    events: &mut (dyn FnMut(&Event) + Send),
) -> Result<Rehearsal, Error> {
    let mut statements = Vec::new();
    let mut counted = None;
    let mut see = |event: &Event| {
        match event {
            Event::Statement { version, sql } => statements.push((version.clone(), sql.clone())),
            Event::Checked { before, after } => counted = Some((before.clone(), after.clone())),
            _ => {}
        }
        // What is committed is the copy: an interrupt need not wait for it.
        if !matches!(event, Event::Committing | Event::Committed) {
            events(event);
        }
    };
    let report = match options.url.sqlite_path() {
        Some(path) => {
            let copy = Copy::of(options, path, order, &mut see).await?;
            let report = apply::run(steps, &copy.options(options), order, &mut see).await;
            drop(copy);
            report.map_err(of_copy)?
        }
        None => {
            // What is not ours is not copied: a clash with it is found on the database itself.
            foresee(steps, options, order).await?;
            let copy = backup::scratch(options, &mut see).await?;
            let mut on_copy = options.clone();
            on_copy.url = copy.url.clone();
            on_copy.backups.before_changes = false;
            on_copy.show_sql = true;
            let report = apply::run(steps, &on_copy, order, &mut see).await;
            // Where it can't be dropped now, the next dry run drops it; what was found is found.
            let _ = copy.close().await;
            report.map_err(of_copy)?
        }
    };
    let (before, after) = counted.unwrap_or_default();
    Ok(Rehearsal { report, statements, tables: rows(&before, &after) })
}

/// A failure on the copy, which left the database itself as it was.
fn of_copy(error: Error) -> Error {
    match error {
        Error::Restored { version, direction, reason, .. } => Error::Failed { version, direction, reason },
        Error::NotRestored { version, direction, reason, found, .. } => {
            Error::Failed { version, direction, reason: format!("{reason}; {found}") }
        }
        other => other,
    }
}

fn rows(before: &BTreeMap<String, u64>, after: &BTreeMap<String, u64>) -> Vec<Rows> {
    let mut names: Vec<&String> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .map(|table| Rows {
            table: table.clone(),
            before: before.get(table).copied(),
            after: after.get(table).copied(),
        })
        .collect()
}

/// A copy of a SQLite file in a folder of its own, which goes when this is dropped. What a killed process left is
/// removed by the next dry run.
#[derive(Debug)]
struct Copy {
    folder: PathBuf,
    /// Held as long as the folder is in use.
    _lock: File,
}

const FOLDER: &str = ".dry-run-";

impl Copy {
    async fn of(
        options: &Options,
        path: &Path,
        order: &Order,
        events: &mut (dyn FnMut(&Event) + Send),
    ) -> Result<Self, Error> {
        let state = file::inspect(path)?;
        if state == State::Missing && matches!(order, Order::Down(..)) {
            return Err(Error::NoDatabase { target: options.url.to_string() });
        }
        let mut patience = Patience::new(options.lock_timeout);
        let copy = Self::make(path).await?;
        if let (Some(db), _) = open_for_reading(options).await? {
            backup::refuse_no_space(path, &copy.folder)?;
            file::create(&copy.file())?;
            // One state, whatever others write meanwhile.
            let begun = db.execute_unprepared("BEGIN").await.map_err(|e| Error::database("reading for the copy", &e));
            let copied = match begun {
                Ok(_) => backup::sqlite::copy_out(&db, &copy.file(), &mut patience, events).await,
                Err(e) => Err(e),
            };
            let _ = db.close().await;
            copied?;
        }
        Ok(copy)
    }

    /// Beside the database, where there is most likely room for it; else in the temp directory.
    async fn make(path: &Path) -> Result<Self, Error> {
        let beside = file::folder(path);
        sweep(beside);
        match Self::make_in(beside) {
            Err(_) => Self::make_in(&std::env::temp_dir()),
            made => made,
        }
    }

    fn make_in(parent: &Path) -> Result<Self, Error> {
        let folder = parent.join(format!("{FOLDER}{}", uuid::Uuid::now_v7().simple()));
        let made = DirBuilder::new().mode(0o700).create(&folder);
        made.map_err(|e| file::failed(&folder, &e))?;
        let lock = file::open_lock(&folder.join("lock")).and_then(|lock| {
            lock.try_lock().map_err(|e| Error::Io { path: folder.clone(), reason: e.to_string() })?;
            Ok(lock)
        });
        match lock {
            Ok(lock) => Ok(Self { folder, _lock: lock }),
            Err(e) => {
                let _ = std::fs::remove_dir_all(&folder);
                Err(e)
            }
        }
    }

    fn file(&self) -> PathBuf {
        self.folder.join("copy.db")
    }

    fn options(&self, original: &Options) -> Options {
        let mut out = original.clone();
        out.url = DatabaseUrl::sqlite(self.file());
        out.backups.before_changes = false;
        out.show_sql = true;
        out
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// Removes the copies whose processes are gone: those that can be locked.
fn sweep(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let ours = entry.file_name().to_str().is_some_and(|n| n.strip_prefix(FOLDER).is_some_and(|id| id.len() == 32));
        if ours && entry.file_type().is_ok_and(|t| t.is_dir()) {
            let dead = match File::open(entry.path().join("lock")) {
                Ok(lock) => lock.try_lock().is_ok(),
                // Killed before it made its lock, or about to make it: only the former is old.
                Err(_) => entry
                    .metadata()
                    .and_then(|m| m.modified())
                    .is_ok_and(|t| t.elapsed().is_ok_and(|t| t.as_secs() > 60)),
            };
            if dead {
                let _ = std::fs::remove_dir_all(entry.path());
            }
        }
    }
}
