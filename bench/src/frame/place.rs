//! Boards that live as long as a run.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_migration::runner::{self, Goal, Options};
use callboard_migration::scratch::{Cluster, Directory};
use callboard_service::project::AddProject;
use callboard_service::user::AddUser;
use callboard_service::{Actor, Callboard, DatabaseUrl, OpenOptions};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};

use super::Result;
use super::machine::Machine;

/// Where boards are made: a directory in memory, and a server of this process.
#[derive(Debug)]
pub struct Place {
    directory: Directory,
    cluster: Cluster,
    made: AtomicUsize,
}

/// Which database a board is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Kind {
    Sqlite,
    Postgres,
}

impl Kind {
    pub const ALL: [Self; 2] = [Self::Sqlite, Self::Postgres];

    pub fn name(self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres => "PostgreSQL",
        }
    }
}

/// The server as users have theirs: durable, with autovacuum. Its memory is what a small server is given; the log is large
/// enough that no checkpoint falls into one run and not into the next.
const SERVER: [&str; 9] = [
    "fsync=on",
    "synchronous_commit=on",
    "full_page_writes=on",
    "autovacuum=on",
    "wal_level=replica",
    "shared_buffers=512MB",
    "max_wal_size=8GB",
    "min_wal_size=1GB",
    "checkpoint_timeout=1h",
];

impl Place {
    pub fn new() -> Result<Self> {
        let (directory, cluster) = (Directory::new("bench")?, Cluster::start_with(&SERVER)?);
        Ok(Self { directory, cluster, made: AtomicUsize::new(0) })
    }

    /// The directory in memory.
    pub fn memory(&self) -> &Path {
        self.directory.path()
    }

    /// The URL of a database of the server.
    pub fn postgres(&self, database: &str) -> String {
        self.cluster.url(database)
    }

    /// A connection to the server, for its databases as a whole.
    pub async fn server(&self) -> Result<DatabaseConnection> {
        connect(&self.postgres("postgres")).await
    }

    /// Another number each time.
    pub fn number(&self) -> usize {
        self.made.fetch_add(1, Ordering::Relaxed)
    }

    /// The machine, with the versions of the databases that are measured.
    pub async fn machine(&self, disk: &Path) -> Result<Machine> {
        let memory = connect("sqlite::memory:").await?;
        let sqlite = text(&memory, "SELECT sqlite_version()").await?;
        let server = text(&self.server().await?, "SHOW server_version").await?;
        let server = server.split(' ').next().unwrap_or_default();
        Ok(Machine::here(disk, sqlite, format!("PostgreSQL {server}")))
    }

    /// Takes a database away that was made here, and its files.
    pub async fn remove(&self, url: &str) -> Result<()> {
        match url.strip_prefix("sqlite://") {
            Some(file) => {
                for suffix in ["", "-wal", "-shm"] {
                    let _ = std::fs::remove_file(format!("{file}{suffix}"));
                }
            }
            None => {
                let name = url.rsplit('/').next().unwrap_or_default();
                self.server().await?.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
            }
        }
        Ok(())
    }

    /// The URL of a new database with the newest schema and no rows.
    pub async fn migrated(&self, kind: Kind) -> Result<String> {
        let name = format!("board_{}", self.number());
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}/{name}.db", self.directory.path().display()),
            Kind::Postgres => {
                self.server().await?.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
                self.cluster.url(&name)
            }
        };
        runner::up(&Options::new(url.parse()?), Goal::Latest, &mut |_| {}).await?;
        Ok(url)
    }
}

/// A board with a user, who acts, and a project.
pub async fn seeded(url: &str) -> Result<(Callboard, Actor)> {
    let board = Callboard::open(&DatabaseUrl::parse(url)?, OpenOptions::default()).await?;
    let user = AddUser { name: "kim".to_owned(), ..AddUser::default() };
    let me = Actor::user(board.run(Actor::SYSTEM, &user).await?.id);
    let (slug, name, key_prefix) = ("bench".to_owned(), "Bench".to_owned(), "BE".to_owned());
    board.run(me, &AddProject { slug, name, key_prefix, ..AddProject::default() }).await?;
    Ok((board, me))
}

/// One connection with the settings of a board's writer.
pub async fn connect(url: &str) -> Result<DatabaseConnection> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await?;
    connection.execute_unprepared("SELECT 1").await?;
    Ok(connection)
}

/// The first value of the first row.
pub async fn text(connection: &DatabaseConnection, sql: &str) -> Result<String> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?.ok_or("no row")?;
    Ok(row.try_get_by_index(0)?)
}

/// The same where it is a number.
pub async fn count(connection: &DatabaseConnection, sql: &str) -> Result<i64> {
    let statement = Statement::from_string(connection.get_database_backend(), sql);
    let row = connection.query_one_raw(statement).await?.ok_or("no row")?;
    Ok(row.try_get_by_index(0)?)
}
