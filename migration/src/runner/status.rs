//! What is applied and what is pending, without writing anything.

use std::time::Duration;

use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, IsolationLevel, TransactionTrait,
};

use super::catalogue::quoted;
use super::connect::{self, Access};
use super::file::{self, State};
use super::history::{self, Applied};
use super::session::{Place, WITHOUT_JIT};
use super::{Options, plan};
use crate::error::Error;
use crate::step::Step;
use crate::target::Kind;

/// Where a database stands.
#[derive(Clone, Debug)]
pub struct Status {
    pub database: Kind,
    /// The PostgreSQL schema that was looked at.
    pub schema: Option<String>,
    /// Whether the SQLite file exists; always true for a server that answered.
    pub exists: bool,
    /// Oldest first, with what this binary does not know.
    pub applied: Vec<Applied>,
    /// Whether each of the applied was run from the SQL that this build has; none where this build does not know it.
    pub checksums: Vec<Option<bool>>,
    /// Oldest first.
    pub pending: Vec<String>,
    /// Why `up` would refuse this history: too new, another checksum, a gap.
    pub refusal: Option<Error>,
}

impl Status {
    /// The newest applied version.
    pub fn current(&self) -> Option<&str> {
        self.applied.last().map(|a| a.version.as_str())
    }
}

pub(crate) async fn read(steps: &[Step], options: &Options) -> Result<Status, Error> {
    let place = Place::new(options.url.kind(), options.schema.as_deref())?;
    let (db, exists) = open(options).await?;
    let applied = match &db {
        Some(db) => {
            let tx = begin(db, &place, options.lock_timeout).await?;
            let applied = history::read(&tx, &place).await;
            // Only reads were done in it.
            let _ = tx.rollback().await;
            applied?
        }
        None => Vec::new(),
    };
    if let Some(db) = db {
        // Only reads were done on it.
        let _ = db.close().await;
    }
    let is_applied = |s: &&Step| applied.iter().any(|a| a.version == s.version());
    let pending = steps.iter().filter(|s| !is_applied(s)).map(|s| s.version().to_owned()).collect();
    let is_same = |row: &Applied| {
        let step = steps.iter().find(|s| s.version() == row.version)?;
        Some(step.checksum(place.kind) == row.checksum)
    };
    Ok(Status {
        checksums: applied.iter().map(is_same).collect(),
        database: place.kind,
        schema: (place.kind == Kind::Postgres).then(|| place.schema.clone()),
        exists,
        refusal: plan::check(steps, &applied, place.kind).err(),
        applied,
        pending,
    })
}

/// Begins a transaction that sees one moment and may not write, and that waits so long at most for whoever has locked
/// a table.
pub(crate) async fn begin(
    db: &DatabaseConnection,
    place: &Place,
    patience: Duration,
) -> Result<DatabaseTransaction, Error> {
    let failed = |e: DbErr| Error::database("beginning", &e);
    match place.kind {
        // The connection may not write, has its patience, and the first read opens its snapshot.
        Kind::Sqlite => db.begin().await.map_err(failed),
        Kind::Postgres => {
            let (isolation, access) = (IsolationLevel::RepeatableRead, AccessMode::ReadOnly);
            let tx = db.begin_with_config(Some(isolation), Some(access)).await.map_err(failed)?;
            let settings = [
                format!("SET LOCAL search_path TO {}", quoted(&place.schema)),
                // 0 would be to wait for ever.
                format!("SET LOCAL lock_timeout = {}", patience.as_millis().max(1)),
                "SET LOCAL statement_timeout = 0".to_owned(),
                WITHOUT_JIT.to_owned(),
            ];
            tx.execute_unprepared(&settings.join("; ")).await.map_err(failed)?;
            Ok(tx)
        }
    }
}

/// Opens a database for reading only, and says whether it is there; a file without content is, and is not opened.
pub(crate) async fn open(options: &Options) -> Result<(Option<DatabaseConnection>, bool), Error> {
    open_as(options, false).await
}

/// As [`open`], and leaves every byte of a SQLite file as it is: what a writer left beside it, a WAL or the journal of
/// an interrupted write, is read but neither written back nor removed.
///
/// # Errors
/// [`Error::Interrupted`] for such a journal: what it undoes has to be undone before the file can be read.
pub(crate) async fn open_unchanged(options: &Options) -> Result<Option<DatabaseConnection>, Error> {
    Ok(open_as(options, true).await?.0)
}

async fn open_as(options: &Options, unchanged: bool) -> Result<(Option<DatabaseConnection>, bool), Error> {
    let Some(path) = options.url.sqlite_path() else {
        return Ok((Some(connect::postgres(&options.url).await?), true));
    };
    let left_beside = connect::beside(path, "-wal") || connect::beside(path, "-journal");
    let access = match file::inspect(path)? {
        State::Missing => return Ok((None, false)),
        State::Empty => return Ok((None, true)),
        State::Database { .. } if unchanged && left_beside => Access::LookBeside,
        State::Database { read_only: true } => Access::LookReadOnly,
        State::Database { read_only: false } => Access::Look,
    };
    let db = match connect::sqlite(path, access, options.lock_timeout).await {
        // The folder is read-only, or the file another user's.
        Err(Error::Io { .. } | Error::ReadOnly { .. }) if access == Access::Look => {
            connect::sqlite(path, Access::LookReadOnly, options.lock_timeout).await?
        }
        Err(Error::ReadOnly { path }) if access == Access::LookBeside && connect::beside(&path, "-journal") => {
            return Err(Error::Interrupted { path });
        }
        other => other?,
    };
    Ok((Some(db), true))
}
