//! What the tests of the runner share.

use std::path::PathBuf;

use callboard_migration::runner::{self, DownGoal, Event, Goal, OnLoss, Options, Report};
use callboard_migration::{Error, Step, target};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use sea_orm_migration::prelude::*;
use support::{Kind, TestDb};

pub fn kind(t: &TestDb) -> target::Kind {
    match t.kind() {
        Kind::Sqlite => target::Kind::Sqlite,
        Kind::Postgres => target::Kind::Postgres,
    }
}

pub fn options(t: &TestDb) -> Options {
    let mut options = Options::new(t.url().parse().expect("the harness gives a valid URL"));
    if t.kind() == Kind::Postgres {
        options.backups.folder = Some(t.dir().join("backups"));
    }
    options
}

pub async fn up(t: &TestDb, goal: Goal) -> Result<Report, Error> {
    runner::up(&options(t), goal, &mut |_| {}).await
}

pub async fn down(t: &TestDb, goal: DownGoal) -> Result<Report, Error> {
    runner::down(&options(t), goal, OnLoss::Accept, &mut |_| {}).await
}

/// As [`options`], for what goes over each step several times: a backup each time, which has tests of its own, would be
/// most of what those take.
fn without_backup(t: &TestDb) -> Options {
    let mut options = options(t);
    options.backups.before_changes = false;
    options
}

pub async fn up_without_backup(t: &TestDb, goal: Goal) -> Result<Report, Error> {
    runner::up(&without_backup(t), goal, &mut |_| {}).await
}

pub async fn down_without_backup(t: &TestDb, goal: DownGoal) -> Result<Report, Error> {
    runner::down(&without_backup(t), goal, OnLoss::Accept, &mut |_| {}).await
}

pub async fn up_with(t: &TestDb, steps: &[Step]) -> (Result<Report, Error>, Vec<Event>) {
    let mut seen = Vec::new();
    let result = runner::up_with(steps, &options(t), Goal::Latest, &mut |e| seen.push(e.clone())).await;
    (result, seen)
}

pub async fn describe(t: &TestDb) -> String {
    let db = t.raw().await;
    let described = runner::describe(&db, kind(t), None).await.expect("describe the schema");
    // One that is only dropped closes later, and SQLite then removes what a test has put beside the file meanwhile.
    db.close().await.expect("close");
    described
}

/// Schema and every row of the history: what must be the same when nothing was touched.
pub async fn everything(t: &TestDb) -> String {
    let status = runner::status(&options(t)).await.expect("read the status");
    format!("{}{:?}", describe(t).await, status.applied)
}

pub async fn sql(db: &DatabaseConnection, text: &str) {
    db.execute_unprepared(text).await.unwrap_or_else(|e| panic!("{text}: {e}"));
}

pub async fn number(db: &DatabaseConnection, text: &str) -> i64 {
    let statement = Statement::from_string(db.get_database_backend(), text);
    let row = db.query_one_raw(statement).await.unwrap_or_else(|e| panic!("{text}: {e}"));
    row.expect("a row").try_get_by_index(0).expect("a number")
}

/// A file beside the migrations: `migration/snapshots/<kind>/<name>`.
pub fn snapshot_path(t: &TestDb, name: &str) -> PathBuf {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    root.parent().expect("a workspace").join("migration/snapshots").join(t.kind().name()).join(name)
}

/// Compares with a committed file; with CALLBOARD_BLESS=1 writes it instead.
#[track_caller]
pub fn compare(path: &std::path::Path, actual: &str) {
    if std::env::var("CALLBOARD_BLESS").is_ok_and(|v| v == "1") {
        std::fs::write(path, actual).expect("write the snapshot");
        return;
    }
    let committed = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        committed == actual,
        "{} differs; CALLBOARD_BLESS=1 writes it\n-- committed\n{committed}\n-- now\n{actual}",
        path.display()
    );
}

/// A migration made of SQL.
#[derive(Debug)]
pub struct Sql {
    pub version: &'static str,
    pub up: &'static [&'static str],
    pub down: &'static [&'static str],
}

impl MigrationName for Sql {
    fn name(&self) -> &str {
        self.version
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Sql {
    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, self.up).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        run(m, self.down).await
    }
}

async fn run(m: &SchemaManager<'_>, statements: &[&str]) -> Result<(), DbErr> {
    for statement in statements {
        m.get_connection().execute_unprepared(statement).await?;
    }
    Ok(())
}

/// A step made of SQL; its snapshot is its first statement.
pub fn step(version: &'static str, up: &'static [&'static str], down: &'static [&'static str]) -> Step {
    let text = up.first().copied().unwrap_or_default();
    Step::new(Box::new(Sql { version, up, down }), text, text)
}
