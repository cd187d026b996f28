//! The databases.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use callboard_migration::runner::{self, DownGoal, Goal, HISTORY_TABLE, OnLoss, Options};
use callboard_service::import::ImportBeads;
use sea_orm::{ConnectionTrait, DatabaseConnection};

use super::path;
use crate::frame::Failure;
use crate::frame::place as board;
use crate::sample;

/// How many migrations each database is behind.
const BEHIND: usize = 3;

/// What is wrong with a database.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Poison {
    /// No byte of it is SQLite's.
    Corrupt,
    /// It begins as SQLite's, and its pages are not.
    Damaged,
    /// Somebody writes to it all the time.
    Locked,
    ReadOnly,
    TooNew,
    Link,
    LinkedFolder,
    Missing,
    Clash,
}

impl Poison {
    const ALL: [Self; 9] = [
        Self::Corrupt,
        Self::Damaged,
        Self::Locked,
        Self::ReadOnly,
        Self::TooNew,
        Self::Link,
        Self::LinkedFolder,
        Self::Missing,
        Self::Clash,
    ];

    /// The outcome that it must have, with its exit code.
    pub fn outcome(self) -> (&'static str, u64) {
        match self {
            Self::Corrupt | Self::ReadOnly | Self::Link | Self::LinkedFolder => ("failed", 18),
            Self::Damaged => ("failed", 11),
            Self::Locked => ("failed", 6),
            Self::TooNew => ("failed", 7),
            Self::Missing => ("skipped", 0),
            Self::Clash => ("failed", 14),
        }
    }
}

#[derive(Debug)]
pub struct Made {
    pub root: PathBuf,
    /// The size of each database.
    pub bytes: u64,
    pub projects: Vec<(String, Option<Poison>)>,
    /// The databases that nothing is wrong with.
    pub sound: Vec<PathBuf>,
}

impl Made {
    /// Holds the write lock of those that are to be locked, until the value is dropped.
    pub async fn lock(&self) -> Result<Vec<DatabaseConnection>, Failure> {
        let mut held = Vec::new();
        for (project, _) in self.projects.iter().filter(|(_, poison)| *poison == Some(Poison::Locked)) {
            let db = open(&path(&self.root, project)).await?;
            db.execute_unprepared("BEGIN IMMEDIATE").await?;
            held.push(db);
        }
        Ok(held)
    }
}

/// Makes so many projects below a folder, every 100th of them poisoned.
pub async fn fleet(dir: &Path, databases: usize, issues: usize) -> Result<Made, Failure> {
    let template = template(dir, issues).await?;
    let root = dir.join("root");
    let outside = dir.join("outside");
    fs::create_dir_all(&outside)?;
    fs::copy(&template, outside.join("project.db"))?;
    let mut made = Made { root, bytes: fs::metadata(&template)?.len(), projects: Vec::new(), sound: Vec::new() };
    for number in 1..=databases {
        let project = format!("p{number:06}");
        let poison = number.is_multiple_of(100).then(|| Poison::ALL[(number / 100 - 1) % Poison::ALL.len()]);
        let file = path(&made.root, &project);
        let folder = file.parent().ok_or("a file without a folder")?;
        fs::create_dir_all(folder.parent().ok_or("a folder without a folder")?)?;
        if poison == Some(Poison::LinkedFolder) {
            symlink(&outside, folder)?;
        } else {
            fs::create_dir(folder)?;
            place(&template, &file, &outside, poison).await?;
        }
        if poison.is_none() {
            made.sound.push(file);
        }
        made.projects.push((project, poison));
    }
    Ok(made)
}

async fn place(template: &Path, file: &Path, outside: &Path, poison: Option<Poison>) -> Result<(), Failure> {
    match poison {
        Some(Poison::Missing) => return Ok(()),
        Some(Poison::Link) => return Ok(symlink(outside.join("project.db"), file)?),
        Some(Poison::Corrupt) => return Ok(fs::write(file, "no database\n".repeat(1000))?),
        _ => fs::copy(template, file)?,
    };
    match poison {
        Some(Poison::Damaged) => {
            let mut bytes = fs::read(file)?;
            bytes[100..].fill(0xa5);
            fs::write(file, bytes)?;
        }
        Some(Poison::ReadOnly) => fs::set_permissions(file, fs::Permissions::from_mode(0o444))?,
        Some(Poison::TooNew) => {
            let later = format!(
                "INSERT INTO {HISTORY_TABLE} SELECT 'm20991231_000099_later', applied_at, 0, '9', '' \
                 FROM {HISTORY_TABLE} LIMIT 1"
            );
            change(file, &later).await?;
        }
        // A name of the next migration's.
        Some(Poison::Clash) => change(file, "CREATE TABLE workflow_context (theirs text)").await?,
        _ => {}
    }
    Ok(())
}

/// A database with a board, a few migrations behind, with a rollback journal as most apps have.
async fn template(dir: &Path, issues: usize) -> Result<PathBuf, Failure> {
    let file = dir.join("template.db");
    let url = format!("sqlite://{}", file.display());
    let options = Options::new(url.parse()?);
    runner::up(&options, Goal::Latest, &mut |_| {}).await?;
    let (callboard, me) = board::seeded(&url).await?;
    callboard.run(me, &ImportBeads::new(sample::issues(issues))).await?;
    drop(callboard);
    let goal = DownGoal::Steps(BEHIND);
    runner::down(&options, goal, OnLoss::Accept, &mut |_| {}).await?;
    change(&file, "PRAGMA journal_mode = DELETE").await?;
    change(&file, "VACUUM").await?;
    Ok(file)
}

async fn change(file: &Path, sql: &str) -> Result<(), Failure> {
    let db = open(file).await?;
    db.execute_unprepared(sql).await?;
    Ok(db.close().await?)
}

async fn open(file: &Path) -> Result<DatabaseConnection, Failure> {
    board::connect(&format!("sqlite://{}", file.display())).await
}
