//! `baseline` takes over tables that were made without us, and nothing that differs from them.

use callboard_migration::runner::{BaselineOptions, Goal, HISTORY_TABLE, baseline};
use callboard_migration::{Error, history, runner};
use support::{Kind, TestDb, both_empty};

use super::common::{describe, everything, kind, number, options, sql, up};
use super::verify::{assert_clean, look};

/// What the database is given by hand: the committed SQL of the first steps.
async fn by_hand(t: &TestDb, steps: usize) {
    let db = t.raw().await;
    for step in history().iter().take(steps) {
        for line in step.sql(kind(t)).lines() {
            sql(&db, line).await;
        }
    }
}

/// A project with an item, as version 12 has them.
async fn rows(t: &TestDb) {
    let (one, two) = match t.kind() {
        Kind::Sqlite => ("x'01930000000070008000000000000001'", "x'01930000000070008000000000000002'"),
        Kind::Postgres => ("'01930000-0000-7000-8000-000000000001'", "'01930000-0000-7000-8000-000000000002'"),
    };
    let now = "'2026-11-21T12:00:00.123456+00:00'";
    let db = t.raw().await;
    let project = format!(
        "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
         created_at, updated_at) VALUES ({one}, 'demo', 'Demo', 'CB', 2, 1, 'active', {now}, {now})"
    );
    let item = format!(
        "INSERT INTO work_items (id, project_id, \"key\", type, title, status, priority, revision, created_at, updated_at, \
         requirement_key) VALUES ({two}, {one}, 'CB-1', 'task', 'Kept', 'todo', 2, 0, {now}, {now}, 'rust:expert')"
    );
    for text in [project, item] {
        sql(&db, &text).await;
    }
}

async fn at(t: &TestDb, version: Option<&str>) -> Result<runner::Baseline, Error> {
    let wanted = BaselineOptions { version: version.map(str::to_owned), dry_run: false };
    baseline(&options(t), &wanted, &mut |_| {}).await
}

both_empty! {
    /// From the middle of the history to its end, with the rows that were there.
    async fn then_up_goes_on(t: TestDb) {
        by_hand(&t, 12).await;
        rows(&t).await;
        let before = describe(&t).await;
        let dry = t.migration(["baseline", "--version", "12", "--dry-run"]).run().ok();
        assert!(dry.stdout.starts_with("Would record 12 migrations as applied."), "{dry}");
        assert_eq!(describe(&t).await, before, "a dry run writes nothing");

        let output = t.migration(["baseline", "--version", "12", "--json"]).run().ok();
        let summary: serde_json::Value = output.stdout.lines().last().expect("a line").parse().expect("JSON");
        assert_eq!((&summary["kind"], &summary["version"]), (&"summary".into(), &history()[11].version().into()));
        let status = runner::status(&options(&t)).await.expect("status");
        assert_eq!(status.applied.len(), 12);
        for (row, step) in status.applied.iter().zip(history()) {
            assert_eq!((row.version.as_str(), row.duration_ms), (step.version(), 0));
            assert_eq!(row.checksum, step.checksum(kind(&t)));
            assert_eq!(row.product_version, env!("CARGO_PKG_VERSION"));
        }
        assert_clean(&look(&t).await, "after the baseline");

        let report = up(&t, Goal::Latest).await.expect("up goes on");
        assert_eq!(report.steps.len(), history().len() - 12);
        let db = t.raw().await;
        assert_eq!(number(&db, "SELECT count(*) FROM work_items WHERE title = 'Kept'").await, 1);
        assert_eq!(number(&db, "SELECT count(*) FROM work_item_requirements WHERE capability = 'rust'").await, 1);
        assert_clean(&look(&t).await, "after up");
    }

    /// Without a version it is the newest; what results is what `up` makes.
    async fn the_newest_version(t: TestDb) {
        by_hand(&t, history().len()).await;
        assert_eq!(at(&t, None).await.expect("baseline").recorded.len(), history().len());
        let taken = describe(&t).await;
        sql(&t.raw().await, &format!("DROP TABLE {HISTORY_TABLE}")).await;
        at(&t, None).await.expect("baseline again");
        assert_eq!(describe(&t).await, taken);
        assert_eq!(Some(describe(&t).await), runner::expected_tables(&history(), history().len(), kind(&t)));
        t.migration(["status", "--check"]).run().ok();
    }

    async fn every_difference_is_refused_by_name(t: TestDb) {
        by_hand(&t, 12).await;
        rows(&t).await;
        let varchar = match t.kind() {
            Kind::Sqlite => ["DROP COLUMN goal", "ADD COLUMN goal integer"],
            Kind::Postgres => ["ALTER goal TYPE varchar(9)", "ALTER goal SET DEFAULT 'x'"],
        };
        for change in varchar {
            sql(&t.raw().await, &format!("ALTER TABLE sprints {change}")).await;
        }
        sql(&t.raw().await, "DROP INDEX ix_work_items_parent_id").await;
        sql(&t.raw().await, "ALTER TABLE board_users ADD COLUMN extra text").await;
        sql(&t.raw().await, "CREATE TABLE task_prerequisites (theirs text)").await;
        sql(&t.raw().await, "CREATE VIEW workflow_runs AS SELECT title FROM work_items").await;
        sql(&t.raw().await, "CREATE TABLE theirs (b text)").await;
        sql(&t.raw().await, "CREATE INDEX ix_workflow_steps_agent_id ON theirs (b)").await;
        let before = everything(&t).await;
        let output = t.migration(["baseline", "--version", "12"]).run().code(4);
        let lines: Vec<&str> = output.stdout.lines().map(|l| l.split(": found ").next().unwrap_or(l)).collect();
        let named = [
            "board_users, column extra",
            "sprints, column goal",
            "task_prerequisites, table",
            "work_items, index ix_work_items_parent_id",
            "index ix_workflow_steps_agent_id",
            "view workflow_runs",
        ];
        let (mut lines, mut named) = (lines, named.to_vec());
        lines.sort_unstable();
        named.sort_unstable();
        assert_eq!(lines, named, "{output}");
        assert!(output.stderr.contains(history()[11].version()), "{output}");
        assert_eq!(everything(&t).await, before, "nothing was changed");
    }

    /// The version that would fit is named.
    async fn another_version(t: TestDb) {
        by_hand(&t, 7).await;
        let before = everything(&t).await;
        for wrong in [None, Some("6"), Some("8")] {
            let error = at(&t, wrong).await.expect_err("another version");
            assert_eq!(error.exit_code(), 4, "{wrong:?}: {error}");
            assert!(error.hint().is_some_and(|h| h.contains(history()[6].version())), "{wrong:?}: {:?}", error.hint());
        }
        assert_eq!(at(&t, Some("999")).await.expect_err("no such version").exit_code(), 13);
        assert_eq!(everything(&t).await, before, "nothing was changed");
        at(&t, Some("7")).await.expect("the right one");
    }

    /// Rows that the migrations would not have left so.
    async fn rows_that_break_a_rule(t: TestDb) {
        by_hand(&t, history().len()).await;
        rows(&t).await;
        let before = everything(&t).await;
        let output = t.migration(["baseline", "--json"]).run().code(11);
        let first: serde_json::Value = output.stdout.lines().next().expect("a line").parse().expect("JSON");
        assert_eq!(
            (&first["kind"], &first["check"], &first["part"]),
            (&"finding".into(), &"counters".into(), &"column requirement_key".into()),
            "{output}"
        );
        assert_eq!(everything(&t).await, before, "nothing was changed");
        sql(&t.raw().await, "UPDATE work_items SET requirement_key = ''").await;
        t.reindex().await;
        t.migration(["baseline"]).run().ok();
    }

    async fn a_database_that_is_recorded(t: TestDb) {
        up(&t, Goal::To("5".into())).await.expect("up");
        let before = everything(&t).await;
        for version in [None, Some("5"), Some("4")] {
            let error = at(&t, version).await.expect_err("recorded");
            assert_eq!(error.exit_code(), 14);
            assert!(error.to_string().contains(history()[4].version()), "{error}");
        }
        assert_eq!(everything(&t).await, before, "nothing was changed");
    }

    async fn a_database_without_tables_of_ours(t: TestDb) {
        let db = t.raw().await;
        sql(&db, "CREATE TABLE theirs (a text)").await;
        let before = describe(&t).await;
        let output = t.migration(["baseline"]).run().code(13);
        assert!(output.stderr.contains("there are no tables of Callboard"), "{output}");
        assert_eq!(describe(&t).await, before, "nothing was changed");
    }

    /// Eight at once: one records, and the others find it recorded.
    async fn at_once(t: TestDb) {
        by_hand(&t, 12).await;
        let programs = (0..8).map(|_| t.migration(["baseline", "--version", "12"]));
        let mut codes: Vec<Option<i32>> = support::cli::at_once(programs).into_iter().map(|o| o.exit).collect();
        codes.sort_unstable();
        assert_eq!(codes, [vec![Some(0)], vec![Some(14); 7]].concat());
        assert_eq!(number(&t.raw().await, &format!("SELECT count(*) FROM {HISTORY_TABLE}")).await, 12);
    }
}
