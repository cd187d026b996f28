//! Boards that live as long as a run.

use std::error::Error;
use std::sync::atomic::{AtomicUsize, Ordering};

use callboard_migration::runner::{self, Goal, Options};
use callboard_migration::scratch::{Cluster, Directory};
use callboard_service::project::AddProject;
use callboard_service::user::AddUser;
use callboard_service::{Actor, Callboard, DatabaseUrl, OpenOptions};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};

/// Where boards are made: a directory in memory, and a server of this process.
#[derive(Debug)]
pub struct Place {
    directory: Directory,
    cluster: Cluster,
    made: AtomicUsize,
}

/// Which database a board is in.
#[derive(Clone, Copy, Debug)]
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

impl Place {
    pub fn new() -> Result<Self, Box<dyn Error>> {
        Ok(Self { directory: Directory::new("bench")?, cluster: Cluster::start()?, made: AtomicUsize::new(0) })
    }

    /// The URL of a new database with the newest schema and no rows.
    pub async fn migrated(&self, kind: Kind) -> Result<String, Box<dyn Error>> {
        let name = format!("board_{}", self.made.fetch_add(1, Ordering::Relaxed));
        let url = match kind {
            Kind::Sqlite => format!("sqlite://{}/{name}.db", self.directory.path().display()),
            Kind::Postgres => {
                let server = connect(&self.cluster.url("postgres")).await?;
                server.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
                self.cluster.url(&name)
            }
        };
        runner::up(&Options::new(url.parse()?), Goal::Latest, &mut |_| {}).await?;
        Ok(url)
    }
}

/// A board with a user, who acts, and a project.
pub async fn seeded(url: &str) -> Result<(Callboard, Actor), Box<dyn Error>> {
    let board = Callboard::open(&DatabaseUrl::parse(url)?, OpenOptions::default()).await?;
    let user = AddUser { name: "kim".to_owned(), ..AddUser::default() };
    let me = Actor::user(board.run(Actor::SYSTEM, &user).await?.id);
    let (slug, name, key_prefix) = ("bench".to_owned(), "Bench".to_owned(), "BE".to_owned());
    board.run(me, &AddProject { slug, name, key_prefix, ..AddProject::default() }).await?;
    Ok((board, me))
}

/// One connection with the settings of a board's writer.
pub async fn connect(url: &str) -> Result<DatabaseConnection, Box<dyn Error>> {
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false);
    let connection = Database::connect(options).await?;
    connection.execute_unprepared("SELECT 1").await?;
    Ok(connection)
}
