//! Filled boards: made once, copied for each run.

mod old;
pub mod shape;
mod sql;

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use callboard_service::entity::SCHEMA_VERSION;
use sea_orm::ConnectionTrait;

pub use old::old_board;
pub use shape::{Head, Shape};
pub use sql::agent;

use crate::frame::Result;
use crate::frame::place::{Kind, Place, connect, count, seeded};

/// Raised when what the statements write changes: older files are not used then.
const EDITION: u32 = 2;

/// The filled boards of one run. SQLite's files are kept for the next one; PostgreSQL's databases end with its server.
#[derive(Debug)]
pub struct Seeds<'a> {
    pub place: &'a Place,
    cache: PathBuf,
    made: HashSet<String>,
}

/// A copy that a run may write to.
#[derive(Debug)]
pub struct Board {
    pub url: String,
    /// Of SQLite.
    pub file: PathBuf,
}

impl<'a> Seeds<'a> {
    pub fn new(place: &'a Place, cache: &Path) -> Result<Self> {
        fs::create_dir_all(cache)?;
        Ok(Self { place, cache: cache.to_owned(), made: HashSet::new() })
    }

    /// A fresh copy; of SQLite in a directory.
    pub async fn copy(&mut self, kind: Kind, shape: Shape, directory: &Path) -> Result<Board> {
        let database = format!("run_{}", self.place.number());
        match kind {
            Kind::Sqlite => {
                let file = directory.join(format!("{database}.db"));
                fs::copy(self.file(shape).await?, &file)?;
                // What was copied must not be written back to the disk while it is measured.
                fs::File::open(&file)?.sync_all()?;
                let url = format!("sqlite://{}", file.display());
                Ok(Board { url, file })
            }
            Kind::Postgres => {
                let template = self.template(shape).await?;
                let copy = format!("CREATE DATABASE {database} TEMPLATE {template} STRATEGY FILE_COPY");
                self.place.server().await?.execute_unprepared(&copy).await?;
                Ok(Board { url: self.place.postgres(&database), file: PathBuf::new() })
            }
        }
    }

    /// The file of the cache, which is made where it is not there.
    pub async fn file(&self, shape: Shape) -> Result<PathBuf> {
        let file = self.cache.join(format!("{}-{SCHEMA_VERSION}-{EDITION}.db", shape.slug()));
        if !file.is_file() {
            let made = self.place.memory().join("seed.db");
            let url = format!("sqlite://{}", made.display());
            fill(&url, Kind::Sqlite, shape).await?;
            // Under another name first: a run that is interrupted leaves no half of a file.
            let half = file.with_extension("half");
            fs::copy(&made, &half)?;
            fs::rename(&half, &file)?;
            fs::remove_file(&made)?;
        }
        Ok(file)
    }

    async fn template(&mut self, shape: Shape) -> Result<String> {
        let name = format!("seed_{}", shape.slug());
        if !self.made.contains(&name) {
            self.place.server().await?.execute_unprepared(&format!("CREATE DATABASE {name}")).await?;
            fill(&self.place.postgres(&name), Kind::Postgres, shape).await?;
            self.made.insert(name.clone());
        }
        Ok(name)
    }

    /// Gives the memory of a template back.
    pub async fn forget(&mut self, shape: Shape) -> Result<()> {
        let name = format!("seed_{}", shape.slug());
        if self.made.remove(&name) {
            self.place.server().await?.execute_unprepared(&format!("DROP DATABASE {name} WITH (FORCE)")).await?;
        }
        Ok(())
    }

    pub async fn remove(&self, board: Board) -> Result<()> {
        self.place.remove(&board.url).await
    }
}

async fn fill(url: &str, kind: Kind, shape: Shape) -> Result<()> {
    use callboard_migration::runner::{self, Goal, Options};
    runner::up(&Options::new(url.parse()?), Goal::Latest, &mut |_| {}).await?;
    let (board, _) = seeded(url).await?;
    board.close().await?;
    let connection = connect(url).await?;
    for statement in sql::statements(kind, shape) {
        connection.execute_unprepared(&statement).await?;
    }
    // The databases bind the operators of these statements differently: what is asked for is looked at.
    let asked = "SELECT count(DISTINCT requirement_key) FROM work_items WHERE requirement_key LIKE 'skill-_:expert'";
    let expected = if shape.unqualified > 0 { sql::SKILLS } else { 0 };
    let found = count(&connection, asked).await?;
    if found != expected {
        return Err(format!("{} has {found} kinds of requirements, not {expected}", shape.slug()).into());
    }
    let settle: &[&str] = match kind {
        Kind::Sqlite => &["ANALYZE", "PRAGMA wal_checkpoint(TRUNCATE)"],
        Kind::Postgres => &["VACUUM ANALYZE", "CHECKPOINT"],
    };
    for statement in settle {
        connection.execute_unprepared(statement).await?;
    }
    connection.close().await?;
    Ok(())
}
