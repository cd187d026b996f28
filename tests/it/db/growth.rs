//! Boards that grow from nothing: the plans of the first calls are not those of the later ones.

use std::time::Duration;

use callboard_migration::runner::{self, Goal, Options};
use callboard_service::assignment::{Claim, Complete, Heartbeat};
use callboard_service::item::NewItem;
use callboard_service::{Actor, Ref};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use support::{Seed, TestDb, on_postgres_empty};

const CYCLES: i64 = 1000;
/// With plans that are kept from the beginning each cycle reads half of what was done before, by two statements; and each
/// statement that looks for its assignment among all that is open reads as much, while another transaction writes.
const MOST: i64 = CYCLES / 10;

/// All rows and entries of a table that any statement has read.
async fn read_of(seed: &Seed, table: &str) -> i64 {
    let sql = format!(
        "SELECT (t.seq_tup_read + (SELECT coalesce(sum(i.idx_tup_read), 0) FROM pg_stat_user_indexes i \
         WHERE i.relid = t.relid))::bigint AS n FROM pg_stat_user_tables t WHERE t.relname = '{table}'"
    );
    number(seed, sql).await
}

/// How often an index was walked.
async fn scans_of(seed: &Seed, index: &str) -> i64 {
    number(seed, format!("SELECT idx_scan AS n FROM pg_stat_user_indexes WHERE indexrelname = '{index}'")).await
}

async fn number(seed: &Seed, sql: String) -> i64 {
    let row = seed.raw.query_one_raw(Statement::from_string(seed.raw.get_database_backend(), sql)).await;
    row.expect("ask").expect("a row").try_get("", "n").expect("a number")
}

/// Claims so many items, says that it still works on them, and completes them. Then it ends all sessions: only then they tell
/// the server what they read.
async fn work_off(t: &TestDb, seed: &Seed, cycles: i64) {
    let agent = seed.agent("coder").await;
    let (board, actor) = (t.board().await, Actor::agent(agent.id));
    for _ in 0..cycles {
        let claimed = board.run(actor, &Claim::one(Ref::Id(agent.id))).await.expect("claim").claimed;
        let assignment = claimed.first().expect("an item is ready").assignment;
        board.run(actor, &Heartbeat { assignment, lease_seconds: None }).await.expect("heartbeat");
        board.run(actor, &Complete { assignment, ..Complete::default() }).await.expect("complete");
    }
    board.close().await.expect("close");
    seed.board.clone().close().await.expect("close");
    let open = "SELECT count(*) AS n FROM pg_stat_activity WHERE application_name = 'callboard' \
        AND datname = current_database()";
    while number(seed, open.to_owned()).await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

async fn migrated(t: &TestDb) -> Seed {
    runner::up(&Options::new(t.url().parse().expect("a URL")), Goal::Latest, &mut |_| {}).await.expect("up");
    t.seed().await
}

async fn add(seed: &Seed, items: i64) {
    seed.add_all((0..items).map(|n| NewItem::titled(format!("item {n}"))).collect()).await;
}

on_postgres_empty! {
    why: "on SQLite the hot statements name their indexes, whatever it knows of the tables";
    async fn a_board_that_began_empty_does_not_read_what_is_done(t: TestDb) {
        let seed = migrated(&t).await;
        // As autovacuum leaves a board on which nothing was done yet; the tests' server has none.
        seed.sql("ANALYZE").await;
        add(&seed, CYCLES).await;
        // What ended stays in the index of what is open, as it does while any session of the server writes for long.
        let other = seed.raw.begin().await.expect("begin");
        other.execute_unprepared("SELECT pg_current_xact_id()").await.expect("write");
        work_off(&t, &seed, CYCLES).await;
        other.rollback().await.expect("roll back");
        let read = read_of(&seed, "task_assignments").await;
        assert!(read > CYCLES, "{read}: the sessions have told");
        assert!(read < CYCLES * MOST, "{read} rows and entries of assignments were read in {CYCLES} cycles");
    }

    why: "on SQLite the hot statements name their indexes, whatever it knows of the tables";
    async fn a_claim_does_not_walk_over_what_is_done(t: TestDb) {
        let seed = migrated(&t).await;
        add(&seed, 3 * CYCLES).await;
        // All are ready, so that an index of all items looks as good as that of the queue.
        seed.sql("VACUUM ANALYZE").await;
        let before = scans_of(&seed, "ix_work_items_list").await;
        work_off(&t, &seed, CYCLES / 2).await;
        assert!(scans_of(&seed, "ix_work_items_ready").await >= CYCLES / 2, "the sessions have told");
        // What is read is no measure: while any session of the server writes, even in another database, what is dead in an
        // index may stay.
        assert_eq!(scans_of(&seed, "ix_work_items_list").await, before, "claims walked over all items");
    }
}
