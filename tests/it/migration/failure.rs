//! A step that fails leaves nothing, and that is checked; so does one that loses the transaction.

use callboard_migration::runner::{DownGoal, Event, Goal, OnLoss};
use callboard_migration::{Effect, Effects, Error, Step, history, runner};
use support::{Kind, TestDb, both_empty};

use super::common::{down, everything, number, options, sql, step, up, up_with};

const FIRST: &[&str] = &["CREATE TABLE half_first (id integer PRIMARY KEY)", "INSERT INTO half_first VALUES (1)"];
const HALF: &[&str] = &[
    "CREATE TABLE half_second (id integer PRIMARY KEY)",
    "INSERT INTO half_second VALUES (1)",
    "UPDATE half_first SET id = 2",
    "INSERT INTO half_second VALUES (1)",
];

const FULL: &[&str] = &[
    "CREATE TABLE filled (bytes blob)",
    "PRAGMA max_page_count = 50",
    "INSERT INTO filled SELECT randomblob(4000000)",
];

const SLOW: &[&str] = &["CREATE TABLE filled (id integer)", "SET LOCAL statement_timeout = 50", "SELECT pg_sleep(5)"];

const DANGLING: &[&str] = &[
    "CREATE TABLE parent (id integer PRIMARY KEY)",
    "CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent (id))",
    "INSERT INTO child VALUES (1, 9)",
];

/// What `FIRST` puts into its table.
const FILLED: Effects =
    Effects { up: &[Effect::Adds { table: "half_first", count: "SELECT 1", rows: None }], down: &[] };

fn failing() -> Vec<Step> {
    let first = step("m1_first", FIRST, &["DROP TABLE half_first"]).with_effects(FILLED);
    vec![first, step("m2_half", HALF, &["DROP TABLE half_second"])]
}

both_empty! {
    async fn half_a_step_leaves_nothing(t: TestDb) {
        let before = everything(&t).await;
        let (result, events) = up_with(&t, &failing()).await;
        let error = result.expect_err("the second step fails");
        assert_eq!(error.exit_code(), 8, "{error}");
        assert!(matches!(&error, Error::Failed { version, .. } if version == "m2_half"), "{error:?}");
        assert!(events.iter().any(|e| matches!(e, Event::Finished { version, .. } if version == "m1_first")));
        assert!(!events.iter().any(|e| matches!(e, Event::Committing)));
        assert_eq!(everything(&t).await, before);
    }

    async fn half_a_step_leaves_what_was_there(t: TestDb) {
        let steps = failing();
        let (first, _) = up_with(&t, &steps[..1]).await;
        first.expect("the first step alone");
        let before = everything(&t).await;
        let (result, _) = up_with(&t, &steps).await;
        assert_eq!(result.expect_err("the second step fails").exit_code(), 8);
        assert_eq!(everything(&t).await, before);
        assert_eq!(number(&t.raw().await, "SELECT count(*) FROM half_first WHERE id = 1").await, 1);
    }

    async fn half_a_way_down_leaves_everything(t: TestDb) {
        let steps = [
            step("m1_first", FIRST, &["DROP TABLE no_such_table"]).with_effects(FILLED),
            step("m2_second", &["CREATE TABLE half_second (id integer PRIMARY KEY)"], &["DROP TABLE half_second"]),
        ];
        up_with(&t, &steps).await.0.expect("up");
        let before = everything(&t).await;
        let result = runner::down_with(&steps, &options(&t), DownGoal::All, OnLoss::Accept, &mut |_| {}).await;
        assert_eq!(result.expect_err("the first step can't be taken back").exit_code(), 8);
        assert_eq!(everything(&t).await, before);
    }

    /// SQLite rolls back by itself when the disk is full. Going on would then write in autocommit.
    async fn a_lost_transaction_is_noticed(t: TestDb) {
        let before = everything(&t).await;
        let steps = [
            step("m1_loses", &["CREATE TABLE lost (id integer)", "ROLLBACK"], &[]),
            step("m2_goes_on", &["CREATE TABLE stays (id integer)"], &[]),
        ];
        for steps in [&steps[..], &steps[..1]] {
            let (result, _) = up_with(&t, steps).await;
            let error = result.expect_err("the transaction is gone");
            // PostgreSQL would run the history's row in autocommit; there the history itself is missing by then.
            assert_eq!(error.exit_code(), 8, "{error}");
            assert_eq!(everything(&t).await, before);
        }
    }

    /// The engine itself ends the transaction: SQLite on a full disk, PostgreSQL when a statement takes too long.
    async fn an_abort_by_the_engine_leaves_nothing(t: TestDb) {
        let before = everything(&t).await;
        let aborted = match t.kind() {
            Kind::Sqlite => step("m2_full", FULL, &[]),
            Kind::Postgres => step("m2_slow", SLOW, &[]),
        };
        let (result, _) = up_with(&t, &[step("m1_first", FIRST, &[]), aborted]).await;
        let error = result.expect_err("aborted");
        assert_eq!(error.exit_code(), 8, "{error}");
        assert!(error.to_string().contains("full") || error.to_string().contains("timeout"), "{error}");
        assert_eq!(everything(&t).await, before);
        up(&t, Goal::Latest).await.expect("nothing is in the way of the next run");
    }

    /// The control of the test above: what a migration commits by itself can't be taken back, and that is said.
    async fn what_can_not_be_rolled_back_is_exit_10(t: TestDb) {
        let (result, _) = up_with(&t, &[step("m1_commits", &["CREATE TABLE lost (id integer)", "COMMIT", "FAIL"], &[])]).await;
        let error = result.expect_err("it fails after its own commit");
        assert_eq!(error.exit_code(), 10, "{error}");
    }

    async fn dangling_foreign_keys_are_refused_before_commit(t: TestDb) {
        let (result, _) = up_with(&t, &[step("m1_fk", DANGLING, &[])]).await;
        let error = result.expect_err("the row dangles");
        assert_eq!(error.exit_code(), 8);
        if t.kind() == Kind::Sqlite {
            assert!(error.to_string().contains("child row 1 -> parent"), "{error}");
        }
    }

    /// Rows of others that were broken before do not stop ours.
    async fn dangling_foreign_keys_of_others_do_not_count(t: TestDb) {
        let (db, child) = match t.kind() {
            Kind::Sqlite => {
                let mut options = sea_orm::ConnectOptions::new(format!("{}?mode=rwc", t.url()));
                options.map_sqlx_sqlite_opts(|o| o.foreign_keys(false));
                let child = "CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent (id)); \
                             INSERT INTO child VALUES (1, 9)";
                (sea_orm::Database::connect(options).await.expect("connect"), child)
            }
            Kind::Postgres => {
                let child = "CREATE TABLE child (id integer PRIMARY KEY, parent_id integer); INSERT INTO child VALUES (1, 9); \
                             ALTER TABLE child ADD FOREIGN KEY (parent_id) REFERENCES parent (id) NOT VALID";
                (t.raw().await, child)
            }
        };
        sql(&db, &format!("CREATE TABLE parent (id integer PRIMARY KEY); {child}")).await;
        up(&t, Goal::Latest).await.expect("up");
        down(&t, DownGoal::All).await.expect("down");
        assert_eq!(number(&db, "SELECT count(*) FROM child WHERE parent_id = 9").await, 1);
    }
}

both_empty! {
    /// Data that a real migration refuses: the whole way up is rolled back.
    async fn a_refused_row_stops_the_real_way_up(t: TestDb) {
        let history = history();
        super::common::up(&t, Goal::Latest).await.expect("up");
        super::common::down(&t, DownGoal::To("12".into())).await.expect("down");
        let id = |n: u32| super::data::value::V::Id(n).sql(t.kind());
        let db = t.raw().await;
        sql(&db, &format!(
            "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
             created_at, updated_at) VALUES ({}, 'p', 'P', 'P', 2, 1, 'active', '2026-01-01 00:00:00+00:00', \
             '2026-01-01 00:00:00+00:00')", id(1))).await;
        sql(&db, &format!(
            "INSERT INTO work_items (id, project_id, key, type, title, status, priority, revision, requirement_key, \
             created_at, updated_at) VALUES ({}, {}, 'P-1', 'task', 'T', 'todo', 2, 0, 'rust', \
             '2026-01-01T00:00:00+00:00', '2026-01-01T00:00:00+00:00')", id(2), id(1))).await;
        let before = everything(&t).await;
        let error = up(&t, Goal::Latest).await.expect_err("the key has no level");
        assert!(matches!(&error, Error::Failed { version, .. } if version == history[12].version()), "{error:?}");
        assert!(error.to_string().contains("'rust' has no level"), "{error}");
        assert_eq!(everything(&t).await, before);
        sql(&db, "UPDATE work_items SET requirement_key = 'rust:basic'").await;
        up(&t, Goal::Latest).await.expect("mended");
        assert_eq!(number(&db, "SELECT count(*) FROM work_item_requirements").await, 1);
    }
}
