//! `down` counts what it would lose, and loses it only when told to.

use std::time::Duration;

use callboard_migration::runner::{DownGoal, Goal, Lost, OnLoss};
use callboard_migration::{Error, runner};
use sea_orm::{ConnectionTrait, TransactionTrait};
use support::{TestDb, both_empty};

use super::common::{everything, number, options, sql, up};
use super::data::value::V;

both_empty! {
    /// A writer that was there first is waited for, and what it commits is counted: nothing comes between the count and
    /// the loss.
    async fn a_row_that_is_committed_meanwhile_is_not_lost_unasked(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        let db = t.raw().await;
        let writer = db.begin().await.expect("begin");
        writer.execute_unprepared(&user(&t, 1)).await.expect("insert");
        let options = options(&t);
        let mut quiet = |_: &callboard_migration::runner::Event| {};
        let mut down = Box::pin(runner::down(&options, DownGoal::All, OnLoss::Refuse, &mut quiet));
        let early = tokio::time::timeout(Duration::from_millis(500), &mut down).await;
        assert!(early.is_err(), "it did not wait for the writer: {early:?}");
        writer.commit().await.expect("commit");
        let error = down.await.expect_err("a row would be lost");
        assert!(matches!(&error, Error::WouldLoseData { losses } if losses[0].table == "board_users"), "{error:?}");
        assert_eq!(number(&db, "SELECT count(*) FROM board_users").await, 1);
    }

    async fn rows_are_counted_per_table(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        let db = t.raw().await;
        for n in 1..=3 {
            sql(&db, &user(&t, n)).await;
        }
        sql(&db, &project(&t)).await;
        let before = everything(&t).await;
        let error = runner::down(&options(&t), DownGoal::All, OnLoss::Refuse, &mut |_| {}).await.expect_err("rows");
        let Error::WouldLoseData { losses } = error else { panic!("{error:?}") };
        let found: Vec<_> = losses.iter().map(|l| (l.table.as_str(), l.rows, &l.lost)).collect();
        assert_eq!(found, [("board_projects", 1, &Lost::Rows), ("board_users", 3, &Lost::Rows)]);
        let output = t.migration(["down", "--all"]).run().code(14);
        assert!(output.stderr.contains("board_projects (1 row), board_users (3 rows)"), "{output}");
        assert!(output.stderr.contains("--yes-lose-data"), "{output}");
        assert_eq!(everything(&t).await, before);
        // One step holds no rows: it needs no consent.
        t.migration(["down"]).run().ok();
        let output = t.migration(["down", "--all", "--yes-lose-data"]).run().ok();
        assert!(output.stdout.contains("Lost: board_projects (1 row), board_users (3 rows)"), "{output}");
    }
}

both_empty! {
    /// Columns count where they hold something other than their default.
    async fn columns_are_counted(t: TestDb) {
        up(&t, Goal::To("11".into())).await.expect("up");
        let db = t.raw().await;
        sql(&db, &project(&t)).await;
        for n in 1..=4 {
            sql(&db, &item(&t, n)).await;
        }
        let down = |on_loss| {
            let options = options(&t);
            async move { runner::down(&options, DownGoal::Steps(1), on_loss, &mut |_| {}).await }
        };
        down(OnLoss::Refuse).await.expect("nothing but defaults");
        up(&t, Goal::Steps(1)).await.expect("up");
        for (n, change) in [(1, "attempt_count = 1"), (2, "blocked_reason = ''"), (3, "delegation_status = 'assigned'")] {
            sql(&db, &format!("UPDATE work_items SET {change} WHERE id = {}", V::Id(n).sql(t.kind()))).await;
        }
        let Err(Error::WouldLoseData { losses }) = down(OnLoss::Refuse).await else { panic!("not refused") };
        assert_eq!((losses.len(), losses[0].table.as_str(), losses[0].rows), (1, "work_items", 3));
        assert!(matches!(&losses[0].lost, Lost::Columns(columns) if columns.len() == 13), "{losses:?}");
        assert_eq!(number(&db, "SELECT count(*) FROM work_items WHERE attempt_count = 1").await, 1);
        let report = down(OnLoss::Accept).await.expect("accepted");
        assert_eq!(report.losses, losses);
        assert_eq!(number(&db, "SELECT count(*) FROM work_items").await, 4);
    }
}

fn user(t: &support::TestDb, n: u32) -> String {
    let id = V::Id(n).sql(t.kind());
    format!("INSERT INTO board_users (id, name, created_at, updated_at) VALUES ({id}, 'n{n}', {NOW}, {NOW})")
}

pub fn project(t: &support::TestDb) -> String {
    let id = V::Id(1).sql(t.kind());
    format!(
        "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
         created_at, updated_at) VALUES ({id}, 'p', 'P', 'P', 2, 1, 'active', {NOW}, {NOW})"
    )
}

pub fn item(t: &support::TestDb, n: u32) -> String {
    let (id, project) = (V::Id(n).sql(t.kind()), V::Id(1).sql(t.kind()));
    format!(
        "INSERT INTO work_items (id, project_id, key, type, title, status, priority, revision, created_at, updated_at) \
         VALUES ({id}, {project}, 'P-{n}', 'task', 'T', 'todo', 2, 0, {NOW}, {NOW})"
    )
}

const NOW: &str = "'2026-01-01T00:00:00+00:00'";
