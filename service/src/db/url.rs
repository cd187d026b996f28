//! The address of a board's database: a secret, since it may hold a password.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use sea_orm::sqlx::postgres::PgConnectOptions;

use super::DatabaseError;

/// `sqlite://PATH` or `postgres://USER:PASSWORD@HOST/DATABASE`. Display and Debug hide the password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl {
    text: String,
    target: Target,
}

#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Target {
    Sqlite(PathBuf),
    Postgres,
}

impl DatabaseUrl {
    /// Reads an address.
    ///
    /// # Errors
    /// An unknown scheme, an address that cannot be parsed, `sqlite::memory:` (each connection would be a board of its
    /// own). The message never repeats the address, which may hold a password.
    pub fn parse(text: &str) -> Result<Self, DatabaseError> {
        let text = text.trim();
        if let Some(path) = text.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            let path = path.split_once('?').map_or(path, |(path, _)| path);
            if path.is_empty() || path == ":memory:" {
                return Err(DatabaseError::Url(
                    "a SQLite board needs a file: sqlite://PATH (an in-memory board would be lost)".to_owned(),
                ));
            }
            return Ok(Self { text: text.to_owned(), target: Target::Sqlite(PathBuf::from(path)) });
        }
        if text.starts_with("postgres://") || text.starts_with("postgresql://") {
            let url = Self { text: text.to_owned(), target: Target::Postgres };
            url.postgres()?;
            return Ok(url);
        }
        let scheme = text.split_once("://").map_or("", |(scheme, _)| scheme);
        let scheme: String = scheme.chars().filter(char::is_ascii_alphanumeric).take(16).collect();
        Err(DatabaseError::Url(format!(
            "the database URL has {}; use sqlite://PATH or postgres://USER@HOST/DATABASE",
            if scheme.is_empty() { "no scheme".to_owned() } else { format!("the unknown scheme '{scheme}'") }
        )))
    }

    /// The address of a SQLite file, whatever characters its path has.
    pub fn sqlite(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { text: format!("sqlite://{}", path.display()), target: Target::Sqlite(path) }
    }

    pub(crate) fn target(&self) -> &Target {
        &self.target
    }

    pub(crate) fn postgres(&self) -> Result<PgConnectOptions, DatabaseError> {
        let parsed = url::Url::parse(&self.text).map_err(|e| {
            DatabaseError::Url(format!(
                "the database URL cannot be parsed ({e}); in a password write @ : / # % as %40 %3A %2F %23 %25"
            ))
        })?;
        PgConnectOptions::from_str(parsed.as_str())
            .map_err(|_| DatabaseError::Url("the database URL has a part that PostgreSQL does not know".to_owned()))
    }

    /// The address without its password, for messages.
    pub fn redacted(&self) -> String {
        match self.target {
            Target::Sqlite(_) => self.text.clone(),
            Target::Postgres => match url::Url::parse(&self.text) {
                Ok(mut url) => {
                    if url.password().is_some() && url.set_password(Some("***")).is_err() {
                        return "postgres://***".to_owned();
                    }
                    // A password may also stand in the query.
                    url.set_query(None);
                    url.to_string()
                }
                Err(_) => "postgres://***".to_owned(),
            },
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.redacted())
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseUrl({})", self.redacted())
    }
}

impl FromStr for DatabaseUrl {
    type Err = DatabaseError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
