//! Everything that can go wrong, typed by its cause; what to do about it and the exit code are in `error/advice.rs`.

mod advice;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use sea_orm::sqlx;

use crate::runner::{Direction, Loss};
use crate::verify::Finding;

/// Why a database could not be found, opened or migrated. No variant holds a password.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    #[error("the database URL is not valid: {reason}")]
    Url { reason: &'static str },
    #[error("the file with the database URL, {}, can't be read: {reason}", path.display())]
    UrlFile { path: PathBuf, reason: String },
    #[error("{name:?} is no valid schema name")]
    SchemaName { name: String },

    #[error("{} is a folder, not a database file", path.display())]
    Folder { path: PathBuf },
    #[error("{} is a symbolic link", path.display())]
    Symlink { path: PathBuf },
    #[error("{} has {links} names (hard links)", path.display())]
    HardLinks { path: PathBuf, links: u64 },
    #[error("{} is no regular file", path.display())]
    NotAFile { path: PathBuf },
    #[error("{} lies on a network filesystem ({filesystem})", path.display())]
    NetworkFilesystem { path: PathBuf, filesystem: &'static str },
    #[error("{} is not a SQLite database", path.display())]
    NotADatabase { path: PathBuf },
    #[error("{} is read-only", path.display())]
    ReadOnly { path: PathBuf },
    #[error("the lock file {} can't be opened: it belongs to another user", path.display())]
    LockNotOurs { path: PathBuf },
    #[error("the folder {} does not exist", path.display())]
    NoFolder { path: PathBuf },
    #[error("there is no database at {target}")]
    NoDatabase { target: String },
    #[error("{target} can't be reached: {reason}")]
    Unreachable { target: String, reason: String },
    #[error("SQLite {found} is too old: 3.51.3 or newer is needed")]
    SqliteTooOld { found: String },
    #[error("{} can't be used: {reason}", path.display())]
    Io { path: PathBuf, reason: String },
    #[error("{} has the journal of an interrupted write beside it", path.display())]
    Interrupted { path: PathBuf },
    #[error("the database is damaged: {reason} (while {doing})")]
    Damaged { doing: &'static str, reason: String },
    #[error("the database refused while {doing}: {reason}")]
    Database { doing: &'static str, reason: String },

    #[error("another process holds {what}; waited {:.1} s", waited.as_secs_f32())]
    LockBusy { what: String, waited: Duration },
    #[error("the database is at {database}, which this binary does not know; its newest is {binary}")]
    TooNew { database: String, binary: String },
    #[error("{version} was applied from other SQL than this binary has (recorded {recorded}, here {expected})")]
    Checksum { version: String, recorded: String, expected: String },
    #[error("{missing} is not applied, but the newer {newest} is")]
    Gap { missing: String, newest: String },
    #[error("the database already has what the migrations would create: {}", taken(names, shapes))]
    Clash {
        /// Each with what it is, such as `table sprints`.
        names: Vec<String>,
        /// By name: the columns that are there, and those that would be made.
        shapes: BTreeMap<String, String>,
    },
    #[error("the schema is not that of {version}; differences: {}", findings.len())]
    Drift { version: String, findings: Vec<Finding>, fits: Option<String> },
    #[error("the rows are not those of a board at {version}; wrong: {total}")]
    Unsound { version: String, findings: Vec<Finding>, total: u64 },
    #[error("the database is recorded already: it is at {version}")]
    Recorded { version: String },
    #[error("there are no tables of Callboard at {target}")]
    NoTables { target: String },
    #[error("no migration is recorded at {target}, which has tables of these names: {}", tables.join(", "))]
    NotRecorded { target: String, tables: Vec<String> },
    #[error("the baseline at {version} failed and was rolled back: {reason}")]
    BaselineFailed { version: String, reason: String },
    #[error("there is no migration {given:?}")]
    UnknownVersion { given: String, near: Vec<String> },
    #[error("{given:?} fits more than one migration: {}", fits.join(", "))]
    AmbiguousVersion { given: String, fits: Vec<String> },
    #[error("{version} is not applied")]
    NotApplied { version: String },
    #[error("rows would be lost: {}", Loss::list(losses))]
    WouldLoseData { losses: Vec<Loss> },

    #[error("{direction} of {version} failed and was rolled back: {reason}")]
    Failed { version: String, direction: Direction, reason: String },
    #[error("{direction} of {version} failed after it was committed, and the database was restored: {reason}")]
    Restored { version: String, direction: Direction, reason: String, backup: PathBuf },
    #[error("{direction} of {version} failed ({reason}) and the database is not as it was: {found}")]
    NotRestored { version: String, direction: Direction, reason: String, found: String, backup: Option<PathBuf> },

    #[error("{target} has no folder for its backups")]
    NoBackupFolder { target: String },
    #[error("{} has {free} bytes free, and {needed} are needed", path.display())]
    NoSpace { path: PathBuf, needed: u64, free: u64 },
    #[error("{} is no usable backup: {reason}", path.display())]
    BackupUnusable { path: PathBuf, reason: String },
    #[error("there is no backup {given:?} in {}", folder.display())]
    UnknownBackup { given: String, near: Vec<String>, folder: PathBuf },
    #[error("{} is a backup of another database, {of}", path.display())]
    OtherDatabase { path: PathBuf, of: String },
    #[error("PostgreSQL's client programs (pg_dump and pg_restore) were not found in {searched}")]
    NoClientPrograms { searched: String },
    #[error("pg_dump {found} is older than the server, which is PostgreSQL {server}: it can't dump it")]
    OldClientPrograms { found: u32, server: u32 },
    #[error("{program} failed: {reason}")]
    ClientProgram { program: &'static str, reason: String },
    #[error("{role} lacks the privilege to {what}")]
    NoPrivilege { role: String, what: String, grant: String },
    #[error("what others made depends on the board's tables: {}", names.join(", "))]
    Dependents { names: Vec<String> },
    #[error("the database {database} holds more than the board: {}", names.join(", "))]
    NotAllOurs { database: String, names: Vec<String> },
    #[error("others are connected to the database {database}: {}", others.join(", "))]
    InUse {
        database: String,
        /// Each with the name of its application, its role, and its process on the server.
        others: Vec<String>,
    },
    #[error("restoring {target} failed: {reason}")]
    RestoreFailed { target: String, reason: String, outcome: RestoreOutcome, overwritten: Option<PathBuf> },

    #[error("the pattern {pattern:?} is not valid: {reason}")]
    Pattern { pattern: String, reason: &'static str },
    #[error("{name:?} is no valid project name")]
    ProjectName { name: String },
    #[error("there is no project {given:?} below {}", root.display())]
    UnknownProject { given: String, near: Vec<String>, root: PathBuf },
    #[error("nothing below {} matches {pattern:?}", root.display())]
    NoMatch { root: PathBuf, pattern: String },
    #[error("no project below {} has a backup of one run {given:?}", root.display())]
    UnknownRun { given: String, near: Vec<String>, root: PathBuf },
    #[error("there is no unfinished `fleet {verb}` with this goal, pattern, projects and build below {}", root.display())]
    NothingToResume { verb: &'static str, root: PathBuf },
}

/// Names in one line, each with its two shapes where it has them.
fn taken(names: &[String], shapes: &BTreeMap<String, String>) -> String {
    let with_shape = |name: &String| match shapes.get(name) {
        Some(shape) => format!("{name} ({shape})"),
        None => name.clone(),
    };
    names.iter().map(with_shape).collect::<Vec<_>>().join(", ")
}

/// How a restore that failed left the database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum RestoreOutcome {
    /// As it was.
    Unchanged,
    /// As it was, from the backup of what had been overwritten.
    PutBack,
    /// Neither as before nor as the backup.
    NotRestored,
}

impl Error {
    /// A refusal of the database, as [`Error::LockBusy`] where it is that.
    pub(crate) fn database(doing: &'static str, error: &sea_orm::DbErr) -> Self {
        match cause(error) {
            Some(Cause::Busy) => Self::LockBusy { what: "the database".to_owned(), waited: Duration::ZERO },
            Some(Cause::Damaged) => Self::Damaged { doing, reason: error.to_string() },
            _ => Self::Database { doing, reason: error.to_string() },
        }
    }

    /// Takes a password out of the texts that came from a driver, and says how long a wait was.
    pub(crate) fn finished(mut self, url: &crate::target::DatabaseUrl, since: Instant) -> Self {
        match &mut self {
            Self::Unreachable { reason, .. }
            | Self::Database { reason, .. }
            | Self::Damaged { reason, .. }
            | Self::ClientProgram { reason, .. }
            | Self::Failed { reason, .. }
            | Self::Restored { reason, .. }
            | Self::NotRestored { reason, .. }
            | Self::RestoreFailed { reason, .. } => *reason = url.redact(reason),
            Self::LockBusy { waited, .. } => *waited = since.elapsed(),
            _ => {}
        }
        self
    }
}

/// The few engine errors that are told apart.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Cause {
    Busy,
    ReadOnly,
    NotADatabase,
    Damaged,
    /// SQLite can't make sense of a statement, such as one that needs a function or a collation of another program's.
    Statement,
}

/// The cause of a database error, where it is one that is told apart.
pub(crate) fn cause(error: &sea_orm::DbErr) -> Option<Cause> {
    use sea_orm::{DbErr, RuntimeErr};
    match error {
        DbErr::Conn(RuntimeErr::SqlxError(e))
        | DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e)) => sqlx_cause(e),
        _ => None,
    }
}

pub(crate) fn sqlx_cause(error: &sqlx::Error) -> Option<Cause> {
    let error = error.as_database_error()?;
    let code = error.code()?;
    if error.try_downcast_ref::<sqlx::postgres::PgDatabaseError>().is_some() {
        return match &*code {
            // A lock that was waited for too long, and a deadlock.
            "55P03" | "40P01" => Some(Cause::Busy),
            "25006" => Some(Cause::ReadOnly),
            "XX001" | "XX002" => Some(Cause::Damaged),
            _ => None,
        };
    }
    // Extended codes keep the primary code in their low byte.
    match code.parse::<u32>().ok()? & 0xff {
        1 => Some(Cause::Statement),
        5 | 6 => Some(Cause::Busy),
        8 => Some(Cause::ReadOnly),
        11 => Some(Cause::Damaged),
        26 => Some(Cause::NotADatabase),
        _ => None,
    }
}
