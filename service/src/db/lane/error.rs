//! What SQLite refuses on the lane, in the form in which sqlx says it: so that `db/error.rs` tells both apart.

use std::borrow::Cow;
use std::error::Error as StdError;
use std::fmt;
use std::sync::Arc;

use sea_orm::sqlx::error::{DatabaseError, ErrorKind};
use sea_orm::{DbErr, RuntimeErr, sqlx};

/// A refusal of SQLite's, by its extended result code.
#[derive(Debug)]
struct Refusal {
    code: i32,
    text: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(code: {}) {}", self.code, self.text)
    }
}

impl StdError for Refusal {}

impl DatabaseError for Refusal {
    fn message(&self) -> &str {
        &self.text
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        Some(self.code.to_string().into())
    }

    fn as_error(&self) -> &(dyn StdError + Send + Sync + 'static) {
        self
    }

    fn as_error_mut(&mut self) -> &mut (dyn StdError + Send + Sync + 'static) {
        self
    }

    fn into_error(self: Box<Self>) -> Box<dyn StdError + Send + Sync + 'static> {
        self
    }

    fn kind(&self) -> ErrorKind {
        match self.code {
            1555 | 2067 => ErrorKind::UniqueViolation,
            787 => ErrorKind::ForeignKeyViolation,
            275 => ErrorKind::CheckViolation,
            1299 => ErrorKind::NotNullViolation,
            _ => ErrorKind::Other,
        }
    }
}

pub(super) fn of(error: rusqlite::Error) -> DbErr {
    let Some(code) = error.sqlite_error().map(|refusal| refusal.extended_code) else {
        return DbErr::Exec(RuntimeErr::Internal(error.to_string()));
    };
    let text = match error {
        rusqlite::Error::SqliteFailure(_, Some(text)) => text,
        other => other.to_string(),
    };
    DbErr::Exec(RuntimeErr::SqlxError(Arc::new(sqlx::Error::Database(Box::new(Refusal { code, text })))))
}

/// Whether another connection holds the write lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::DatabaseBusy)
}

/// Why a group did not begin.
#[derive(Debug)]
pub(super) enum Refused {
    /// Another process writes.
    Busy(DbErr),
    Failed(DbErr),
}

impl From<rusqlite::Error> for Refused {
    fn from(error: rusqlite::Error) -> Self {
        if is_busy(&error) { Self::Busy(of(error)) } else { Self::Failed(of(error)) }
    }
}

impl From<Refused> for DbErr {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Busy(error) | Refused::Failed(error) => error,
        }
    }
}
