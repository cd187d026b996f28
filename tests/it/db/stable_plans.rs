//! SQLite plans that do not depend on values: else each call would be planned anew.

use callboard_service::{Actor, Callboard};
use sea_orm::{ConnectionTrait, DatabaseConnection, DbBackend, Statement, TransactionTrait};
use support::{TestDb, on_sqlite};

const TABLE: [&str; 2] = [
    "CREATE TEMP TABLE IF NOT EXISTS planned (a text, b integer)",
    "CREATE INDEX IF NOT EXISTS temp.ix_planned ON planned (b) WHERE a = 'x'",
];

/// Whether the partial index is used for a value that its condition names: only a plan that looks at the value can.
async fn looks_at_values<C: ConnectionTrait>(conn: &C) -> bool {
    for sql in TABLE {
        conn.execute_unprepared(sql).await.expect("make the table");
    }
    let sql = "EXPLAIN QUERY PLAN SELECT b FROM planned WHERE a = $1 AND b = 1";
    let rows = conn.query_all_raw(Statement::from_sql_and_values(DbBackend::Sqlite, sql, ["x".into()])).await;
    let detail: String = rows.expect("a plan")[0].try_get("", "detail").expect("its text");
    detail.contains("ix_planned")
}

async fn of_the_writer(board: &Callboard) -> bool {
    let looks =
        board.transaction(Actor::SYSTEM, |tx| Box::pin(async move { Ok(looks_at_values(tx.connection()).await) }));
    looks.await.expect("a transaction")
}

on_sqlite! {
    why: "PostgreSQL chooses between a plan for all values and one for each by what they cost";
    async fn the_boards_own_connection_plans_without_values(t: TestDb) {
        let _ = t.seed().await;
        assert!(!of_the_writer(&t.board().await).await, "it is planned anew for each value");
        // The control: a connection as sqlx opens it.
        let raw: DatabaseConnection = t.raw().await;
        let one = raw.begin().await.expect("begin");
        assert!(looks_at_values(&one).await, "no plan looks at values here: the test would prove nothing");
        one.rollback().await.expect("roll back");
    }
}
