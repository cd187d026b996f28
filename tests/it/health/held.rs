//! What keeps the database from clearing away old rows: held open, the figure moves; let go, it goes back.

use callboard_service::health::MeasureHealth;
use callboard_service::setting::SetSetting;
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;
use support::{Kind, Seed, TestDb, both};

use super::metric;

/// The metric of this database, and the one that is of the other.
fn names(t: &TestDb) -> (&'static str, &'static str) {
    match t.kind() {
        Kind::Sqlite => ("wal_backlog", "oldest_snapshot"),
        Kind::Postgres => ("oldest_snapshot", "wal_backlog"),
    }
}

/// Writes some 16 MB, as a board in use does in the course of a day.
async fn write_a_lot(t: &TestDb, seed: &Seed) {
    let rows = match t.kind() {
        Kind::Sqlite => {
            "WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < 4000) \
             INSERT INTO filler SELECT n, hex(randomblob(2000)) FROM s"
        }
        Kind::Postgres => {
            "INSERT INTO filler SELECT n, repeat(md5(n::text), 125) FROM generate_series(1, 4000) AS s(n)"
        }
    };
    seed.sql("CREATE TABLE filler (n bigint PRIMARY KEY, what text)").await;
    seed.sql(rows).await;
}

both! {
    async fn an_open_reader_is_told_while_it_reads(t: TestDb) {
        let seed = t.seed().await;
        let (own, other) = names(&t);
        assert_eq!(metric(&seed, own).await.value, 0.0);
        let reader = t.raw().await.begin().await.expect("begin");
        if t.kind() == Kind::Postgres {
            let stable = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ";
            reader.execute_unprepared(stable).await.expect("keep the snapshot");
        }
        reader.execute_unprepared("SELECT count(*) FROM work_items").await.expect("read");
        write_a_lot(&t, &seed).await;
        let held = metric(&seed, own).await;
        assert!(held.value > 0.0 && held.of > 0 && held.passing, "{held:?}");
        let value = json!({ own: held.value / 2.0, other: 0 });
        seed.must(&SetSetting { key: "health_thresholds".to_owned(), value, project: None }).await;
        let report = seed.board.read(&MeasureHealth::default()).await.expect("measure");
        let failing: Vec<&str> =
            report.metrics.iter().filter(|metric| !metric.passing).map(|metric| metric.name.as_str()).collect();
        assert_eq!(failing, [own], "the other database has nothing to tell");

        reader.rollback().await.expect("end the reader");
        // SQLite writes the log back with one commit, begins it anew with the next and cuts it.
        for _ in 0..3 {
            seed.item().await;
        }
        let free = metric(&seed, own).await;
        assert!(free.value == 0.0 && free.passing, "{free:?}");
    }
}
