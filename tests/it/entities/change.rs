//! Changes a live schema by raw SQL and looks for it in the generated entities.

use std::path::{Path, PathBuf};

use callboard_migration::entities::{Files, check, discover::Catalog, tree};
use sea_orm::{ConnectionTrait, DatabaseTransaction, Statement, TransactionTrait};
use support::{Kind, TestDb};

/// A change in the words of SQLite, which often knows no other way than a new table.
#[derive(Clone, Copy, Debug)]
pub enum Sqlite<'a> {
    Sql(&'a str),
    /// Table, and what in its own SQL is replaced by what.
    Rebuild(&'a str, &'a str, &'a str),
}

/// Changes the schema in a transaction that is rolled back: each name must stand in the difference of the entities.
pub async fn detects(t: &TestDb, sqlite: Sqlite<'_>, postgres: &str, names: &[&str]) {
    let db = t.raw().await;
    let before = generated(&db).await;
    let tx = db.begin().await.expect("begin");
    apply(t, &tx, sqlite, postgres).await;
    let after = generated(&tx).await;
    tx.rollback().await.expect("roll back");
    let difference = difference(&before, &after).expect("the change is seen");
    for name in names {
        assert!(difference.contains(name), "{name} is not named:\n{difference}");
    }
    assert_eq!(self::difference(&before, &generated(&db).await), None, "undone, it is seen no more");
}

/// Detects a change for which both databases have the same words.
pub async fn detects_sql(t: &TestDb, sql: &str, names: &[&str]) {
    detects(t, Sqlite::Sql(sql), sql, names).await;
}

/// Changes the schema for good, in the words of the test's database.
pub async fn apply(t: &TestDb, tx: &DatabaseTransaction, sqlite: Sqlite<'_>, postgres: &str) {
    match (t.kind(), sqlite) {
        (Kind::Postgres, _) => run(tx, postgres).await,
        (Kind::Sqlite, Sqlite::Sql(sql)) => run(tx, sql).await,
        (Kind::Sqlite, Sqlite::Rebuild(table, from, to)) => rebuild(tx, table, from, to).await,
    }
}

async fn rebuild(tx: &DatabaseTransaction, table: &str, from: &str, to: &str) {
    let sql = text(tx, &format!("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = '{table}'")).await;
    let indexes = "SELECT coalesce(group_concat(sql, ';'), '') FROM sqlite_schema WHERE type = 'index' AND tbl_name";
    let indexes = text(tx, &format!("{indexes} = '{table}'")).await;
    assert_eq!(sql.matches(from).count(), 1, "{from} in {sql}");
    let sql = sql.replace(from, to).replace(&format!("CREATE TABLE \"{table}\""), "CREATE TABLE rebuilt");
    for step in [&sql, &format!("DROP TABLE {table}"), &format!("ALTER TABLE rebuilt RENAME TO {table}"), &indexes] {
        run(tx, step).await;
    }
}

pub async fn run(db: &impl ConnectionTrait, sql: &str) {
    db.execute_unprepared(sql).await.unwrap_or_else(|error| panic!("{sql}: {error}"));
}

async fn text(db: &impl ConnectionTrait, sql: &str) -> String {
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("query");
    row.expect("a row").try_get_by_index(0).expect("a text")
}

/// What the generator makes of the schema as it is.
pub async fn generated(db: &impl Catalog) -> Files {
    let steps = callboard_migration::history();
    let newest = steps.last().expect("a migration").version();
    callboard_migration::entities::generate(db, newest).await.expect("generate")
}

/// The folder of the committed files.
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").join("entity/src/generated")
}

/// The committed files.
pub fn committed() -> Files {
    tree::load(&folder()).expect("read the committed entities")
}

/// The unified diff of two sets of files, if they differ.
pub fn difference(old: &Files, new: &Files) -> Option<String> {
    check::compare("changed", ("old", old), ("new", new)).map(|d| d.diff)
}
