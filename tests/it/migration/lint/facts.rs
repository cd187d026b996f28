//! What the rules say that a database refuses, it refuses; and what stands beside it, it takes.

use callboard_migration::target;
use sea_orm::{ConnectionTrait, TransactionTrait};
use support::{Kind, TestDb, both_empty};

use super::codes;
use crate::migration::common::kind;
use callboard_migration::runner::Direction;

/// The rule; what was there before, with a row; what the database refuses; what it takes.
type Fact = (&'static str, &'static str, &'static str, &'static str);

const ROW: &str = "CREATE TABLE a (id text PRIMARY KEY, b text, c text CONSTRAINT k CHECK (c <> 'x'), CONSTRAINT t CHECK (b <> 'x'));\
                   INSERT INTO a (id, b, c) VALUES ('1', '2', '3');";

const SQLITE: &[Fact] = &[
    ("A10", ROW, "BEGIN", "SAVEPOINT s; RELEASE s"),
    ("A11", ROW, "ALTER TABLE a ADD n text NOT NULL", "ALTER TABLE a ADD n text NOT NULL DEFAULT ''"),
    ("A13", ROW, "VACUUM", "ANALYZE"),
    ("S5", ROW, "ALTER TABLE a ADD n text DEFAULT CURRENT_TIMESTAMP", "ALTER TABLE a ADD n integer DEFAULT -1"),
    ("S5", ROW, "ALTER TABLE a ADD n text DEFAULT (random())", "ALTER TABLE a ADD n text DEFAULT 'random()'"),
    (
        "S5",
        ROW,
        "ALTER TABLE a ADD n text CONSTRAINT u UNIQUE",
        "ALTER TABLE a ADD n text; CREATE UNIQUE INDEX u ON a (n)",
    ),
    ("S5", ROW, "ALTER TABLE a ADD n text PRIMARY KEY", "ALTER TABLE a ADD n text"),
    ("S5", ROW, "ALTER TABLE a ADD n text AS (b) STORED", "ALTER TABLE a ADD n text AS (b) VIRTUAL"),
    (
        "S5",
        ROW,
        "ALTER TABLE a ADD n text DEFAULT '1' CONSTRAINT f REFERENCES a (id)",
        "ALTER TABLE a ADD n text DEFAULT NULL CONSTRAINT f REFERENCES a (id)",
    ),
    ("S6", ROW, "ALTER TABLE a DROP COLUMN id", "ALTER TABLE a DROP COLUMN c"),
    ("S6", ROW, "ALTER TABLE a DROP COLUMN b", "SELECT 1"),
    (
        "S6",
        ROW,
        "CREATE INDEX i ON a (id) WHERE c > ''; ALTER TABLE a DROP COLUMN c",
        "CREATE INDEX i ON a (b); ALTER TABLE a DROP COLUMN c",
    ),
    (
        "S6",
        ROW,
        "CREATE VIEW v AS SELECT c FROM a; ALTER TABLE a DROP COLUMN c",
        "CREATE VIEW v AS SELECT b FROM a; ALTER TABLE a DROP COLUMN c",
    ),
    (
        "S8",
        "CREATE TABLE p (id text); CREATE VIEW v AS SELECT id FROM p",
        "CREATE TABLE n (id text); DROP TABLE p; ALTER TABLE n RENAME TO p",
        "DROP VIEW v; CREATE TABLE n (id text); DROP TABLE p; ALTER TABLE n RENAME TO p; CREATE VIEW v AS SELECT id FROM p",
    ),
    (
        "S2",
        "CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text CONSTRAINT f REFERENCES p (id) ON DELETE SET NULL)",
        "DROP TABLE p; INSERT INTO c (p) VALUES ('1')",
        "DROP TABLE c; DROP TABLE p",
    ),
    (
        "S4",
        "CREATE TABLE p (id text PRIMARY KEY); CREATE TABLE c (p text CONSTRAINT f REFERENCES p (id) ON DELETE SET NULL)",
        "ALTER TABLE p RENAME TO old; CREATE TABLE p (id text PRIMARY KEY); INSERT INTO p VALUES ('1'); INSERT INTO c VALUES ('1')",
        "INSERT INTO p VALUES ('1'); INSERT INTO c VALUES ('1')",
    ),
    (
        "S7",
        "CREATE TABLE seen (n bigint CONSTRAINT same CHECK (n = 1))",
        "CREATE TABLE s (code string); INSERT INTO s VALUES ('007'); INSERT INTO seen (n) SELECT code = '007' AND typeof(code) = 'text' FROM s",
        "CREATE TABLE s (code text); INSERT INTO s VALUES ('007'); INSERT INTO seen (n) SELECT code = '007' AND typeof(code) = 'text' FROM s",
    ),
];

const POSTGRES: &[Fact] = &[
    ("A11", ROW, "ALTER TABLE a ADD n text NOT NULL", "ALTER TABLE a ADD n text NOT NULL DEFAULT ''"),
    ("A13", ROW, "CREATE INDEX CONCURRENTLY i ON a (b)", "CREATE INDEX i ON a (b)"),
    ("A13", ROW, "VACUUM", "ANALYZE"),
    ("A13", ROW, "REINDEX TABLE CONCURRENTLY a", "REINDEX TABLE a"),
    (
        "P10",
        "CREATE TYPE s AS ENUM ('open'); CREATE TABLE e (s s)",
        "ALTER TYPE s ADD VALUE 'done'; INSERT INTO e VALUES ('done')",
        "INSERT INTO e VALUES ('open')",
    ),
    (
        "P12",
        ROW,
        "CREATE TABLE j (b json); SELECT DISTINCT b FROM j",
        "CREATE TABLE j (b jsonb); SELECT DISTINCT b FROM j",
    ),
    (
        "P7",
        ROW,
        "UPDATE a SET c = 'long' WHERE id = '1'; ALTER TABLE a ALTER c TYPE varchar(3)",
        "ALTER TABLE a ALTER c TYPE text",
    ),
];

both_empty! {
    async fn what_is_said_to_fail_fails(t: TestDb) {
        let facts = match t.kind() {
            Kind::Sqlite => SQLITE,
            Kind::Postgres => POSTGRES,
        };
        for (code, before, refused, taken) in facts {
            assert!(found(kind(&t), before, refused).contains(code), "{code}: {refused}");
            assert!(!found(kind(&t), before, taken).contains(code), "{code}: {taken}");
            assert!(run(&t, before, refused).await.is_err(), "{code}: {refused}");
            run(&t, before, taken).await.unwrap_or_else(|e| panic!("{code}: {taken}: {e}"));
        }
    }
}

fn found(kind: target::Kind, before: &str, then: &str) -> Vec<&'static str> {
    codes(kind, Direction::Up, &format!("{before};\n{}{then}", super::NEXT))
}

/// Runs the one committed and the other in a transaction of its own; both are taken back.
async fn run(t: &TestDb, before: &str, then: &str) -> Result<(), sea_orm::DbErr> {
    let db = t.raw().await;
    db.execute_unprepared(before).await.expect("what was there before");
    let tx = db.begin().await.expect("begin");
    let mut outcome = Ok(());
    // One at a time: PostgreSQL takes several in one message for a transaction of their own.
    for statement in then.split("; ") {
        outcome = tx.execute_unprepared(statement).await.map(|_| ());
        if outcome.is_err() {
            break;
        }
    }
    tx.rollback().await.expect("roll back");
    let all = match t.kind() {
        Kind::Sqlite => {
            "PRAGMA foreign_keys = OFF; DROP VIEW IF EXISTS v; DROP TABLE IF EXISTS a; DROP TABLE IF EXISTS c; \
                         DROP TABLE IF EXISTS p; DROP TABLE IF EXISTS seen"
        }
        Kind::Postgres => "DROP SCHEMA public CASCADE; CREATE SCHEMA public",
    };
    db.execute_unprepared(all).await.expect("clean up");
    db.close().await.expect("close");
    outcome
}
