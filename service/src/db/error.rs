//! Errors of the database, told apart once for both of them.

use sea_orm::{DbErr, RuntimeErr, SqlErr, sqlx};

use crate::error::ErrorKind;

/// A failed statement or connection, by cause. The text never holds a connection string.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DatabaseError {
    /// SQLite is locked by another writer, or PostgreSQL ended the transaction (40001, 40P01). Retrying is safe.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// No connection, on SQLite no turn to write, or on PostgreSQL no lock, within the busy timeout. Trying again later is
    /// safe.
    #[error("the database stayed busy: {0}")]
    TimedOut(String),
    /// Two rows may not have one value: the text names the index or the columns.
    #[error("a unique value is taken: {0}")]
    Unique(String),
    /// A row refers to one that is not there, or is still referred to.
    #[error("a row that is referred to is missing or still in use: {0}")]
    ForeignKey(String),
    /// Nothing can be written: the file or the server allows only reading.
    #[error("the database is read-only: {0}")]
    ReadOnly(String),
    /// Nothing more can be written until there is space; nothing was changed.
    #[error("the disk is full: {0}")]
    Full(String),
    /// The address cannot be used: the text says why, without the password.
    #[error("{0}")]
    Url(String),
    /// The file or the server cannot be reached or used.
    #[error("cannot open {target}: {why}")]
    Open {
        /// Which one, without the password.
        target: String,
        /// The cause, and what to do where something can be done.
        why: String,
    },
    /// Whatever has no cause of its own here: a fault of Callboard's or of the database.
    #[error("{0}")]
    Other(DbErr),
}

impl DatabaseError {
    /// The cause that callers tell apart.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Busy(_) | Self::TimedOut(_) => ErrorKind::Busy,
            Self::Unique(_) | Self::ForeignKey(_) => ErrorKind::Conflict,
            Self::ReadOnly(_) | Self::Full(_) | Self::Open { .. } => ErrorKind::Unavailable,
            Self::Url(_) => ErrorKind::Invalid,
            Self::Other(_) => ErrorKind::Internal,
        }
    }
}

impl DatabaseError {
    /// Whether the value that is taken is that of this column's own unique index: SQLite names the column, PostgreSQL
    /// the index.
    pub(crate) fn is_taken(&self, table: &str, column: &str) -> bool {
        let Self::Unique(text) = self else { return false };
        text.contains(&format!("{table}.{column}")) || text.contains(&format!("ux_{table}_{column}"))
    }
}

impl DatabaseError {
    /// Whether a stored value is not of its column's type; nothing of the transaction is lost by it.
    pub(crate) fn is_undecodable(&self) -> bool {
        let Self::Other(error) = self else { return false };
        let decode = |e: &sqlx::Error| matches!(e, sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_));
        matches!(error, DbErr::Type(_) | DbErr::Json(_)) || driver(error).is_some_and(decode)
    }
}

impl From<DbErr> for DatabaseError {
    fn from(error: DbErr) -> Self {
        if let Some(code) = code(&error) {
            let text = message(&error);
            // SQLite's extended codes keep the primary one in the low byte.
            let sqlite = code.parse::<i32>().ok().filter(|_| code.len() < 5).map(|c| c & 0xff);
            match (code.as_str(), sqlite) {
                // SQLite's plain 5 and PostgreSQL's 55P03 are what a wait ends with; the others come at once.
                ("5" | "55P03", _) => return Self::TimedOut(text),
                ("40001" | "40P01", _) | (_, Some(5 | 6)) => return Self::Busy(text),
                ("25006", _) | (_, Some(8)) => return Self::ReadOnly(text),
                ("53100", _) | (_, Some(13)) => return Self::Full(text),
                // As the write lane says what SeaORM knows of sqlx alone.
                ("1555" | "2067", _) => return Self::Unique(text),
                ("787", _) => return Self::ForeignKey(text),
                _ => {}
            }
        }
        match error.sql_err() {
            Some(SqlErr::UniqueConstraintViolation(text)) => Self::Unique(text),
            Some(SqlErr::ForeignKeyConstraintViolation(text)) => Self::ForeignKey(text),
            _ => match error {
                DbErr::ConnectionAcquire(e) => Self::TimedOut(e.to_string()),
                other => Self::Other(other),
            },
        }
    }
}

fn driver(error: &DbErr) -> Option<&sqlx::Error> {
    match error {
        DbErr::Exec(RuntimeErr::SqlxError(e))
        | DbErr::Query(RuntimeErr::SqlxError(e))
        | DbErr::Conn(RuntimeErr::SqlxError(e)) => Some(e),
        _ => None,
    }
}

fn code(error: &DbErr) -> Option<String> {
    driver(error)?.as_database_error()?.code().map(|c| c.into_owned())
}

fn message(error: &DbErr) -> String {
    driver(error).and_then(sqlx::Error::as_database_error).map_or_else(|| error.to_string(), |e| e.message().to_owned())
}
