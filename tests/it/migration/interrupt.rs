//! SIGINT and SIGTERM in the middle of a run roll it back and end it with exit code 130.

use std::time::Duration;

use callboard_migration::runner::Goal;
use sea_orm::{ConnectionTrait, TransactionTrait};
use support::cli::Background;
use support::{Kind, TestDb, both_empty};

use super::common::{everything, number, sql, up};
use super::data::value::V;

both_empty! {
    async fn while_steps_run(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        let db = t.raw().await;
        populate(&t, &db).await;
        let before = everything(&t).await;
        for signal in [Background::interrupt, Background::terminate] {
            // PostgreSQL is held in the middle by a reader; SQLite has enough rows to take its time.
            let tx = db.begin().await.expect("begin");
            if t.kind() == Kind::Postgres {
                tx.execute_unprepared("LOCK TABLE sprints IN ACCESS SHARE MODE").await.expect("lock");
            }
            let mut run = t.migration(["down", "--all", "--yes-lose-data", "--json"]).spawn();
            run.wait_for("\"kind\":\"started\",\"number\":6");
            signal(&run);
            let output = run.wait(Duration::from_secs(20)).code(130);
            assert!(output.stderr.contains("Error: interrupted, and rolled back"), "{output}");
            assert!(!output.stdout.contains("committing"), "the signal came too late\n{output}");
            tx.rollback().await.expect("rollback");
            assert_eq!(everything(&t).await, before);
        }
        assert_eq!(number(&db, "SELECT count(*) FROM work_items").await, ITEMS);
        t.migration(["status", "--check"]).run().ok();
    }

    /// SIGKILL gives no chance to roll back: the next one who opens the database finds it as it was, and no lock.
    async fn a_killed_run_leaves_nothing(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        let db = t.raw().await;
        populate(&t, &db).await;
        let before = everything(&t).await;
        let mut run = t.migration(["down", "--all", "--yes-lose-data", "--json"]).spawn();
        run.wait_for("\"kind\":\"started\",\"number\":6");
        let output = run.kill();
        assert!(output.signal == Some(9) && !output.stdout.contains("committing"), "too late\n{output}");
        assert_eq!(everything(&t).await, before);
        assert_eq!(number(&db, "SELECT count(*) FROM work_items").await, ITEMS);
        t.migration(["down", "--lock-timeout", "20"]).run().ok();
    }

    async fn while_it_waits(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        let db = t.raw().await;
        let before = everything(&t).await;
        let tx = db.begin().await.expect("begin");
        let hold = match t.kind() {
            Kind::Sqlite => "UPDATE sprints SET title = ''",
            Kind::Postgres => "LOCK TABLE task_assignments IN ACCESS EXCLUSIVE MODE",
        };
        tx.execute_unprepared(hold).await.expect("hold");
        let run = t.migration(["down", "--lock-timeout", "60"]).spawn();
        tokio::time::sleep(Duration::from_millis(700)).await;
        run.interrupt();
        run.wait(Duration::from_secs(10)).code(130);
        tx.rollback().await.expect("rollback");
        assert_eq!(everything(&t).await, before);
    }
}

const ITEMS: i64 = 40_000;

/// Enough rows that taking the delegation columns back takes a while.
async fn populate(t: &support::TestDb, db: &sea_orm::DatabaseConnection) {
    let project = V::Id(1).sql(t.kind());
    sql(
        db,
        &format!(
            "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
             created_at, updated_at) VALUES ({project}, 'p', 'P', 'P', 2, 1, 'active', {NOW}, {NOW})"
        ),
    )
    .await;
    let (id, numbers) = match t.kind() {
        Kind::Sqlite => (
            "randomblob(16)",
            format!(
                "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {ITEMS}) SELECT n FROM c)"
            ),
        ),
        Kind::Postgres => ("gen_random_uuid()", format!("(SELECT generate_series(1, {ITEMS}) AS n)")),
    };
    sql(
        db,
        &format!(
            "INSERT INTO work_items (id, project_id, key, type, title, status, priority, revision, created_at, \
             updated_at) SELECT {id}, {project}, 'P-' || n, 'task', 'Title of an item', 'todo', 2, 0, {NOW}, {NOW} \
             FROM {numbers} AS numbers"
        ),
    )
    .await;
}

const NOW: &str = "'2026-01-01T00:00:00+00:00'";
