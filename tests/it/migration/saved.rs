//! What the tests of backups share: options with a folder of the test's own, and a board with rows.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use callboard_migration::Error;
use callboard_migration::backup::{self, Backup, Careful, Keep, Reason, Restored};
use callboard_migration::runner::{Goal, Options, up};
use sea_orm::DatabaseConnection;
use support::{Kind, TestDb};

use super::common::{everything, number, sql};
use super::data::value::V;

/// Backups go into `backups` in the test's folder.
pub fn options(t: &TestDb) -> Options {
    let mut options = super::common::options(t);
    options.backups.folder = Some(folder(t));
    options.backups.keep = None;
    options
}

pub fn folder(t: &TestDb) -> PathBuf {
    t.dir().join("backups")
}

pub async fn take(t: &TestDb) -> Backup {
    backup::take(&options(t), Reason::Asked, &mut |_| {}).await.expect("take a backup")
}

pub async fn restore(t: &TestDb, backup: &Backup) -> Result<Restored, Error> {
    backup::restore(&options(t), backup, Careful::default(), &mut |_| {}).await
}

/// A board at this version with one project and as many users.
pub async fn board(t: &TestDb, version: Goal, users: u32) -> DatabaseConnection {
    up(&options(t), version, &mut |_| {}).await.expect("up");
    let db = t.raw().await;
    add_users(t, &db, 1..=users).await;
    db
}

/// Users with awkward names.
pub async fn add_users(t: &TestDb, db: &DatabaseConnection, numbers: std::ops::RangeInclusive<u32>) {
    for n in numbers {
        let name = V::Text(format!("user {n} \\. \\N\t\n'\"; é \u{1f600}")).sql(t.kind());
        let id = V::Id(n).sql(t.kind());
        let at = "'2026-01-01 00:00:00+00:00'";
        let columns = "(id, name, created_at, updated_at)";
        sql(db, &format!("INSERT INTO board_users {columns} VALUES ({id}, {name}, {at}, {at})")).await;
    }
}

pub async fn users(db: &DatabaseConnection) -> i64 {
    number(db, "SELECT count(*) FROM board_users").await
}

/// Schema, history and the users, letter by letter.
pub async fn all(t: &TestDb) -> String {
    let db = t.raw().await;
    let (id, list) = match t.kind() {
        Kind::Sqlite => ("hex(id)", "group_concat(x, '|')"),
        Kind::Postgres => ("id::text", "string_agg(x, '|' ORDER BY x)"),
    };
    let ask = format!("SELECT {list} FROM (SELECT {id} || name AS x FROM board_users ORDER BY id) AS u");
    let statement = sea_orm::Statement::from_string(db.get_database_backend(), ask);
    let row = sea_orm::ConnectionTrait::query_one_raw(&db, statement).await.expect("ask").expect("a row");
    let users: Option<String> = row.try_get_by_index(0).expect("a text");
    db.close().await.expect("close");
    format!("{}{users:?}", everything(t).await)
}

/// The names in a folder, but for the lock.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut names: Vec<String> = entries
        .map(|e| e.expect("an entry").file_name().into_string().expect("UTF-8"))
        .filter(|n| n != ".lock")
        .collect();
    names.sort();
    names
}

pub fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).expect("there").permissions().mode() & 0o777
}

pub fn keep(newest: usize, days: u32) -> Option<Keep> {
    Some(Keep { newest, days })
}

/// The last line on stderr, which says how a run left the database.
pub fn last_line(output: &support::cli::Output) -> &str {
    output.stderr.lines().last().unwrap_or_default()
}
