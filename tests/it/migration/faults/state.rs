//! Everything that a database holds, to tell whether it is at the old version, at the new one, or between.

use std::path::Path;
use std::time::Duration;

use callboard_migration::{runner, target};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbBackend, DbErr, Statement};

use crate::migration::data::dump::Dump;

/// Schema, history and every row.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct State {
    schema: String,
    /// Version and checksum of each applied step.
    applied: Vec<String>,
    rows: Dump,
}

/// Where a database stands after a fault.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    Old,
    New,
    /// Neither: what the tests are about.
    Between(String),
}

impl State {
    pub async fn of(db: &DatabaseConnection) -> Self {
        let kind = match db.get_database_backend() {
            DbBackend::Sqlite => target::Kind::Sqlite,
            _ => target::Kind::Postgres,
        };
        let schema = runner::describe(db, kind, None).await.expect("describe the schema");
        let applied = if schema.contains(runner::HISTORY_TABLE) {
            let sql = format!("SELECT version || ' ' || checksum FROM {} ORDER BY version", runner::HISTORY_TABLE);
            texts(db, &sql).await
        } else {
            Vec::new()
        };
        Self { schema, applied, rows: Dump::of(db).await.with_new_ids_masked() }
    }

    /// Opens a SQLite file anew, as whoever comes next does, which rolls back what was left; checks it and reads it.
    /// A file that is not there holds nothing.
    ///
    /// # Errors
    /// What SQLite finds wrong with it.
    pub async fn of_file(path: &Path) -> Result<Self, String> {
        if !path.exists() {
            return Ok(Self { schema: String::new(), applied: Vec::new(), rows: Dump::default() });
        }
        let db = sound(path).await?;
        let state = Self::of(&db).await;
        db.close().await.expect("close");
        Ok(state)
    }

    /// How many steps are applied.
    pub fn version(&self) -> usize {
        self.applied.len()
    }

    /// As [`State::of_file`], against the two that it may be.
    pub async fn judge_file(path: &Path, old: &Self, new: &Self) -> Verdict {
        match Self::of_file(path).await {
            Ok(state) => state.judge(old, new),
            Err(damage) => Verdict::Between(damage),
        }
    }

    /// Which of two states this is.
    pub fn judge(&self, old: &Self, new: &Self) -> Verdict {
        if self == old {
            Verdict::Old
        } else if self == new {
            Verdict::New
        } else {
            Verdict::Between(format!("neither old nor new: against the old {}", self.difference(old)))
        }
    }

    /// The first thing that differs, in words.
    pub fn difference(&self, other: &Self) -> String {
        if self.applied != other.applied {
            return format!("the history differs: {} steps and {}", self.applied.len(), other.applied.len());
        }
        let lines = |text: &str| text.lines().map(str::to_owned).collect::<Vec<_>>();
        let rows = |state: &Self| lines(&format!("{:?}", state.rows));
        for (what, mine, theirs) in
            [("schema", lines(&self.schema), lines(&other.schema)), ("rows", rows(self), rows(other))]
        {
            let first = mine.iter().find(|line| !theirs.contains(line)).map(|l| format!("has {l}"));
            let first = first.or_else(|| theirs.iter().find(|line| !mine.contains(line)).map(|l| format!("lacks {l}")));
            if let Some(first) = first {
                return format!("the {what} differ: {}", first.chars().take(300).collect::<String>());
            }
        }
        "they are the same".to_owned()
    }
}

/// Opens a file that SQLite finds nothing wrong with.
///
/// # Errors
/// What it finds.
pub async fn sound(path: &Path) -> Result<DatabaseConnection, String> {
    let db = try_open(path).await.map_err(|error| error.to_string())?;
    let checks = "SELECT integrity_check FROM pragma_integrity_check UNION ALL \
                  SELECT \"table\" || ' row ' || rowid || ' dangles' FROM pragma_foreign_key_check";
    let found = try_texts(&db, checks).await.map_err(|error| error.to_string())?;
    if found == ["ok"] { Ok(db) } else { Err(found.join(", ").chars().take(300).collect()) }
}

/// One connection that changes nothing of the file by itself, and lets no foreign key act.
pub async fn open(path: &Path) -> DatabaseConnection {
    try_open(path).await.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

async fn try_open(path: &Path) -> Result<DatabaseConnection, DbErr> {
    let mut options = ConnectOptions::new(format!("sqlite://{}", path.display()));
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| {
        sqlite.foreign_keys(false).create_if_missing(true).busy_timeout(Duration::from_secs(10))
    });
    Database::connect(options).await
}

pub async fn texts(db: &DatabaseConnection, sql: &str) -> Vec<String> {
    try_texts(db, sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"))
}

async fn try_texts(db: &DatabaseConnection, sql: &str) -> Result<Vec<String>, DbErr> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await?;
    rows.iter().map(|row| row.try_get_by_index(0)).collect()
}
