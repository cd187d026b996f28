//! Updates that PostgreSQL makes within their page (HOT): no index gets a new entry, and what is dead is cleared at once.

use callboard_migration::runner::{self, Goal, Options};
use callboard_service::assignment::{Claim, Complete, Heartbeat};
use callboard_service::item::{EditItem, NewItem};
use callboard_service::{Actor, Ref};
use sea_orm::{ConnectionTrait, Statement, TransactionTrait};
use support::{Seed, TestDb, on_postgres_empty};

use super::work::Meter;

const MANY: usize = 400;
const EDITED: usize = 20;

/// How many rows of a table were updated in this transaction, and how many of them within their page.
async fn updated(tx: &sea_orm::DatabaseTransaction, table: &str) -> (i64, i64) {
    let sql = format!(
        "SELECT n_tup_upd AS all_of_them, n_tup_hot_upd AS hot FROM pg_stat_xact_user_tables WHERE relname = '{table}'"
    );
    let row = tx.query_one_raw(Statement::from_string(tx.get_database_backend(), sql)).await;
    let row = row.expect("ask").expect("a row");
    (row.try_get("", "all_of_them").expect("a number"), row.try_get("", "hot").expect("a number"))
}

/// Edits every so many items, in one transaction that is rolled back: all changes of rows, and those within their page.
async fn edited(t: &TestDb, seed: &Seed, items: &[uuid::Uuid]) -> (i64, i64) {
    let meter = Meter::of(t).await;
    let tx = meter.connection().begin().await.expect("begin");
    for item in items.iter().step_by(MANY / EDITED) {
        let edit = EditItem { title: Some("another title".to_owned()), ..EditItem::new(Ref::Id(*item)) };
        seed.board.run_in(&tx, seed.me, &edit).await.expect("edit");
    }
    let seen = updated(&tx, "work_items").await;
    tx.rollback().await.expect("roll back");
    seen
}

on_postgres_empty! {
    why: "SQLite changes rows in their place, and keeps no other version of them";
    async fn what_changes_no_indexed_column_stays_in_its_page(t: TestDb) {
        runner::up(&Options::new(t.url().parse().expect("a URL")), Goal::Latest, &mut |_| {}).await.expect("up");
        let seed = t.seed().await;
        let new = (0..MANY).map(|n| NewItem::titled(format!("item {n}"))).collect();
        let items: Vec<uuid::Uuid> = seed.add_all(new).await.iter().map(|item| item.id).collect();
        // Rows as they lie once a table was written: as full as it may be.
        seed.sql("VACUUM FULL work_items").await;
        let (all, hot) = edited(&t, &seed, &items).await;
        assert!(all >= i64::try_from(EDITED).expect("small"), "{all}");
        assert_eq!(hot, all, "there is room for each in its page");

        // The control: pages without room.
        seed.sql("ALTER TABLE work_items SET (fillfactor = 100)").await;
        seed.sql("VACUUM FULL work_items").await;
        let (all, hot) = edited(&t, &seed, &items).await;
        assert!(hot * 2 < all, "{hot} of {all} had room in pages that were full");
    }

    /// A claim moves its item out of the ready queue, and a heartbeat its lease within the index of what is due: both are
    /// new entries of indexes, by which claims and sweeps find them.
    why: "SQLite changes rows in their place, and keeps no other version of them";
    async fn what_moves_in_a_queue_cannot(t: TestDb) {
        runner::up(&Options::new(t.url().parse().expect("a URL")), Goal::Latest, &mut |_| {}).await.expect("up");
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let new = (0..20).map(|n| NewItem::titled(format!("item {n}"))).collect();
        seed.add_all(new).await;
        let meter = Meter::of(&t).await;
        let tx = meter.connection().begin().await.expect("begin");
        let actor = Actor::agent(agent.id);
        for _ in 0..20 {
            let claimed = seed.board.run_in(&tx, actor, &Claim::one(Ref::Id(agent.id))).await.expect("claim").claimed;
            let assignment = claimed[0].assignment;
            seed.board.run_in(&tx, actor, &Heartbeat { assignment, lease_seconds: Some(7200) }).await.expect("heartbeat");
            seed.board.run_in(&tx, actor, &Complete { assignment, ..Complete::default() }).await.expect("complete");
        }
        assert_eq!(updated(&tx, "work_items").await, (40, 0), "claimed and completed");
        assert_eq!(updated(&tx, "task_assignments").await, (40, 0), "extended and completed");
        tx.rollback().await.expect("roll back");
    }
}
