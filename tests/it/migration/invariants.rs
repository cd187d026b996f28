//! Before COMMIT a run counts every table and digests every column: what no step declares must not happen.

use callboard_migration::runner::{self, DownGoal, Goal, OnLoss};
use callboard_migration::{Effect, Effects, Step};
use support::{TestDb, both_empty, on_sqlite_empty};

use super::common::{everything, number, options, sql, step, up, up_with};

const PARENT: &[&str] = &["CREATE TABLE parent (id integer PRIMARY KEY, name text)"];
const CHILD: &[&str] =
    &["CREATE TABLE child (id integer PRIMARY KEY, parent_id integer REFERENCES parent (id) ON DELETE CASCADE)"];

fn first() -> Vec<Step> {
    vec![step("m1_parent", PARENT, &["DROP TABLE parent"]), step("m2_child", CHILD, &["DROP TABLE child"])]
}

/// Two tables with rows, and a step more.
async fn then(t: &TestDb, next: Step) -> (Result<runner::Report, callboard_migration::Error>, String) {
    up_with(t, &first()).await.0.expect("up");
    let db = t.raw().await;
    sql(&db, "INSERT INTO parent VALUES (1, 'a'), (2, 'b'), (3, 'c')").await;
    sql(&db, "INSERT INTO child VALUES (1, 1), (2, 2), (3, 3)").await;
    let before = everything(t).await;
    let mut steps = first();
    steps.push(next);
    (up_with(t, &steps).await.0, before)
}

async fn refused(t: &TestDb, next: Step, said: &str) {
    let (result, before) = then(t, next).await;
    let error = result.expect_err("refused");
    assert_eq!(error.exit_code(), 8, "{error}");
    assert!(error.to_string().contains(said), "{error}");
    assert_eq!(everything(t).await, before);
    let db = t.raw().await;
    assert_eq!(number(&db, "SELECT count(*) FROM parent WHERE name IN ('a', 'b', 'c')").await, 3);
    assert_eq!(number(&db, "SELECT count(*) FROM child").await, 3);
}

const NAMES: Effects = Effects { up: &[Effect::Writes { table: "parent", columns: &["name"] }], down: &[] };
const ONE_MORE: Effects = Effects {
    up: &[Effect::Adds { table: "child", count: "SELECT count(*) - 2 FROM parent", rows: Some("id > 3") }],
    down: &[],
};

/// A neighbour's table with a row and an index.
const THEIRS: &str = "CREATE TABLE theirs (id integer PRIMARY KEY, name text); INSERT INTO theirs VALUES (1, 'a'); \
                      CREATE INDEX ix_theirs ON theirs (name)";

both_empty! {
    /// The loss that no check of the database sees: the rows of a child go with its parent's, in silence.
    async fn rows_that_cascade_away_are_missed(t: TestDb) {
        let rebuild = &["CREATE TABLE spare (id integer)", "DELETE FROM child"];
        refused(&t, step("m3_rebuild", rebuild, &[]), "child has 0 rows, and 3 are declared").await;
    }

    async fn a_row_too_many_is_noticed(t: TestDb) {
        refused(&t, step("m3_more", &["INSERT INTO child VALUES (4, 1)"], &[]), "child has 4 rows").await;
    }

    async fn a_changed_value_is_noticed(t: TestDb) {
        refused(&t, step("m3_write", &["UPDATE child SET parent_id = 1 WHERE id = 3"], &[]), "child has other values").await;
    }

    /// The same values in all: only the key tells that two rows swapped theirs.
    async fn values_that_change_places_are_noticed(t: TestDb) {
        const SWAP: &[&str] = &["UPDATE parent SET name = CASE name WHEN 'a' THEN 'b' ELSE 'a' END WHERE id <= 2"];
        refused(&t, step("m3_swap", SWAP, &[]), "parent has other values").await;
    }

    async fn a_table_that_is_gone_is_noticed(t: TestDb) {
        refused(&t, step("m3_drop", &["DROP TABLE child"], &[]), "the table child is gone").await;
    }

    /// The control: what a step declares may happen, and nothing more.
    async fn what_is_declared_happens(t: TestDb) {
        let write = step("m3_write", &["UPDATE parent SET name = name || '!'"], &[]).with_effects(NAMES);
        then(&t, write).await.0.expect("declared");
        assert_eq!(number(&t.raw().await, "SELECT count(*) FROM parent WHERE name LIKE '%!'").await, 3);
    }

    async fn declared_rows_are_counted(t: TestDb) {
        let add = step("m3_add", &["INSERT INTO child VALUES (4, 1)"], &[]).with_effects(ONE_MORE);
        then(&t, add).await.0.expect("one row more, as declared");
        assert_eq!(number(&t.raw().await, "SELECT count(*) FROM child").await, 4);
    }

    async fn fewer_rows_than_declared_are_noticed(t: TestDb) {
        let add = step("m3_add", &["UPDATE parent SET name = name"], &[]).with_effects(ONE_MORE);
        refused(&t, add, "child has 3 rows, and 4 are declared").await;
    }

    /// A table that gets rows keeps those that it had.
    async fn beside_declared_rows_nothing_changes(t: TestDb) {
        for harm in ["UPDATE child SET parent_id = 1 WHERE id = 3", "UPDATE child SET id = 5 WHERE id = 3"] {
            let statements: &'static [&'static str] = vec!["INSERT INTO child VALUES (4, 1)", harm].leak();
            let add = step("m3_add", statements, &[]).with_effects(ONE_MORE);
            refused(&t, add, "child has other values").await;
            let goal = DownGoal::All;
            runner::down_with(&first(), &options(&t), goal, OnLoss::Accept, &mut |_| {}).await.expect("down");
        }
    }

    /// Where a table is made anew, what a user added to it has to be made anew as well.
    async fn an_index_of_the_users_is_not_lost(t: TestDb) {
        up(&t, Goal::To("24".into())).await.expect("up");
        let db = t.raw().await;
        sql(&db, "CREATE INDEX theirs ON board_users (created_at)").await;
        let before = everything(&t).await;
        let mut steps: Vec<Step> = callboard_migration::history().into_iter().take(23).collect();
        steps.push(step("m20261122_000001_harm", &["DROP INDEX theirs"], &[]).with_tables("", ""));
        let error = up_with(&t, &steps).await.0.expect_err("refused");
        assert!(error.exit_code() == 8 && error.to_string().contains("board_users would be lost: index CREATE INDEX theirs"), "{error}");
        assert_eq!(everything(&t).await, before);
    }

    /// The way down is held to the same.
    async fn the_way_down_loses_only_what_it_names(t: TestDb) {
        let mut steps = first();
        steps.push(step("m3_extra", &["CREATE TABLE extra (id integer)"], &["DROP TABLE extra", "DELETE FROM child WHERE id = 2"]));
        up_with(&t, &steps).await.0.expect("up");
        let db = t.raw().await;
        sql(&db, "INSERT INTO parent VALUES (1, 'a')").await;
        sql(&db, "INSERT INTO child VALUES (1, 1), (2, 1)").await;
        let before = everything(&t).await;
        let goal = DownGoal::Steps(1);
        let error = runner::down_with(&steps, &options(&t), goal, OnLoss::Accept, &mut |_| {}).await.expect_err("refused");
        assert!(error.exit_code() == 8 && error.to_string().contains("child has 1 rows"), "{error}");
        assert_eq!(everything(&t).await, before);
    }

    async fn what_is_not_ours_stays(t: TestDb) {
        let db = t.raw().await;
        sql(&db, THEIRS).await;
        up_with(&t, &first()).await.0.expect("what harms nothing is done");
        sql(&db, "DROP INDEX ix_theirs").await;
        assert_eq!(number(&db, "SELECT count(*) FROM theirs WHERE name = 'a'").await, 1);
    }
}

on_sqlite_empty! {
    /// In a file one transaction reaches everything: what is an application's must stay as it is.
    why: "on PostgreSQL a run measures the board's tables only: what it must leave alone is most of a server";
    async fn what_harms_what_is_not_ours_is_refused(t: TestDb) {
        let db = t.raw().await;
        sql(&db, THEIRS).await;
        for (harm, said) in [
            ("UPDATE theirs SET name = 'b'", "theirs has other values"),
            ("DROP INDEX ix_theirs", "something that is not Callboard's"),
            ("DROP TABLE theirs", "the table theirs is gone"),
        ] {
            let harm: &'static [&'static str] = vec!["CREATE TABLE ours (id integer)", harm].leak();
            let error = up_with(&t, &[step("m1_harm", harm, &[])]).await.0.expect_err("refused");
            assert!(error.exit_code() == 8 && error.to_string().contains(said), "{error}");
        }
        up_with(&t, &first()).await.0.expect("what harms nothing is done");
        assert_eq!(number(&db, "SELECT count(*) FROM theirs WHERE name = 'a'").await, 1);
    }
}
