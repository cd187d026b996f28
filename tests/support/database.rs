use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use sea_orm::sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};
use sea_orm::{ConnectOptions, Database, DatabaseConnection};
use tempfile::TempDir;

use crate::case::Content;
use crate::cli::Program;
use crate::{cli, scratch, server, template};

/// Which database a test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    /// Every test body runs on all of these.
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    /// As in the names of tests: `sqlite` or `postgres`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "sqlite",
            Self::Postgres => "postgres",
        }
    }
}

/// The database of one test, and a scratch directory; both go when the test ends, however it ends.
#[derive(Clone, Debug)]
pub struct TestDb {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    kind: Kind,
    url: String,
    dir: PathBuf,
}

/// Removes a test's database and directory.
#[derive(Debug)]
pub(crate) struct Guard {
    database: Option<String>,
    _dir: TempDir,
}

impl Drop for Guard {
    fn drop(&mut self) {
        if let Some(name) = &self.database {
            server::drop_database(name);
        }
    }
}

impl TestDb {
    pub(crate) fn create(kind: Kind, content: Content) -> Result<(Self, Guard), String> {
        let dir = scratch::scratch_dir();
        let (url, database) = match kind {
            Kind::Sqlite => {
                let file = dir.path().join("board.db");
                let template = match content {
                    Content::Empty => None,
                    Content::Migrated => Some(template::sqlite()?),
                    Content::Large => Some(template::large_sqlite()?),
                };
                if let Some(template) = template {
                    std::fs::copy(template, &file).map_err(|e| format!("copy the template: {e}"))?;
                }
                (sqlite_url(&file), None)
            }
            Kind::Postgres => {
                let template = match content {
                    Content::Empty => "template1",
                    Content::Migrated => template::postgres()?,
                    Content::Large => template::large_postgres()?,
                };
                let name = server::create_database(template)?;
                (server::get()?.url(&name), Some(name))
            }
        };
        let inner = Inner { kind, url, dir: dir.path().to_owned() };
        Ok((Self { inner: Arc::new(inner) }, Guard { database, _dir: dir }))
    }

    /// `sqlite:///…/board.db` or `postgres://…`.
    pub fn url(&self) -> &str {
        &self.inner.url
    }

    pub fn kind(&self) -> Kind {
        self.inner.kind
    }

    /// A scratch directory of this test; on SQLite it holds `board.db`.
    pub fn dir(&self) -> &Path {
        &self.inner.dir
    }

    /// A pool of up to four connections for untyped SQL, with the product's pragmas; a missing SQLite file is made.
    pub async fn raw(&self) -> DatabaseConnection {
        connect(self.url()).await.unwrap_or_else(|error| panic!("cannot open {}: {error}", self.url()))
    }

    /// The built `callboard`, in this test's directory, with DATABASE_URL set to its database.
    pub fn callboard<I: IntoIterator<Item: Into<std::ffi::OsString>>>(&self, args: I) -> Program {
        cli::callboard(self.dir()).env("DATABASE_URL", self.url()).args(args)
    }

    /// The built `migration`, in this test's directory, with DATABASE_URL set to its database.
    pub fn migration<I: IntoIterator<Item: Into<std::ffi::OsString>>>(&self, args: I) -> Program {
        cli::migration(self.dir()).env("DATABASE_URL", self.url()).args(args)
    }

    /// The built `fixture`, in this test's directory, with DATABASE_URL set to its database.
    pub fn fixture<I: IntoIterator<Item: Into<std::ffi::OsString>>>(&self, args: I) -> Program {
        cli::fixture(self.dir()).env("DATABASE_URL", self.url()).args(args)
    }
}

pub(crate) fn sqlite_url(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

pub(crate) async fn connect(url: &str) -> Result<DatabaseConnection, sea_orm::DbErr> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(4).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
        sqlite
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10))
    });
    Database::connect(options).await
}
