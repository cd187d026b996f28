//! Differences that columns, keys and indexes do not show: each is found, and `baseline` refuses it.

use callboard_migration::runner;
use support::{Kind, TestDb, both_empty};

use super::super::common::{sql, up};
use super::damage::edited;
use super::plant::{Planted, for_each, planted};

/// An edit of the text of a table, and what is found of it.
fn sqlite() -> Vec<Planted> {
    let edit = |from: &str, to: &str, part: &'static str, found: &'static str, expected: &'static str| {
        let (damage, undo) = edited("sprints", from, to);
        planted(damage, undo, ["drift", "sprints", part, found, expected], 4)
    };
    let title = "\"title\" text NOT NULL";
    let code = "\"code\" text NOT NULL";
    let key = "REFERENCES board_projects (id) ON DELETE CASCADE";
    vec![
        edit(
            "\"goal\" text NULL",
            "\"goal\" text NULL constraint [short] check (length(goal) < 9)",
            "check short",
            "(length(goal) < 9)",
            "nothing",
        ),
        edit(
            title,
            "\"title\" text collate nocase NOT NULL",
            "column title",
            "TEXT not null collate nocase",
            "TEXT not null",
        ),
        edit(
            code,
            "\"code\" text NOT NULL ON CONFLICT REPLACE",
            "column code",
            "TEXT not null on conflict replace",
            "TEXT not null",
        ),
        edit(
            key,
            &format!("{key} DEFERRABLE INITIALLY DEFERRED"),
            "column project_id",
            "deferrable initially deferred",
            "",
        ),
        edit(
            "\"id\" uuid_text NOT NULL PRIMARY KEY",
            "\"id\" uuid_text NOT NULL PRIMARY KEY DESC",
            "column id",
            "desc",
            "",
        ),
    ]
}

fn postgres() -> Vec<Planted> {
    let alter = |to: &str, back: &str, finding: [&'static str; 3]| {
        let [part, found, expected] = finding;
        let [to, back] = [to, back].map(|what| format!("ALTER TABLE sprints {what}"));
        planted(to, back, ["drift", "sprints", part, found, expected], 4)
    };
    let nothing = "nothing";
    let identity = "ALTER TABLE workflow_runs ALTER revision";
    vec![
        alter(
            "ALTER title TYPE text COLLATE \"C\"",
            "ALTER title TYPE text COLLATE \"default\"",
            ["column title", "text not null collate \"C\"", "text not null"],
        ),
        alter(
            "ENABLE ROW LEVEL SECURITY",
            "DISABLE ROW LEVEL SECURITY",
            ["row level security", "row level security", nothing],
        ),
        planted(
            "CREATE POLICY mine ON sprints USING (title <> '')",
            "DROP POLICY mine ON sprints",
            ["drift", "sprints", "policy mine", "(title <> ''::text)", nothing],
            4,
        ),
        planted(
            "CREATE RULE keep AS ON DELETE TO sprints DO INSTEAD NOTHING",
            "DROP RULE keep ON sprints",
            ["drift", "sprints", "rule keep", "DO INSTEAD NOTHING", nothing],
            4,
        ),
        planted(
            format!("{identity} ADD GENERATED ALWAYS AS IDENTITY"),
            format!("{identity} DROP IDENTITY"),
            ["drift", "workflow_runs", "column revision", "generated always as identity", "bigint not null"],
            4,
        ),
        alter(
            "DROP COLUMN goal, ADD goal text GENERATED ALWAYS AS ('x') STORED",
            "DROP COLUMN goal, ADD goal text",
            ["column goal", "generated always as ('x'::text) stored", "text"],
        ),
        planted(
            "CREATE TABLE theirs () INHERITS (sprints)",
            "DROP TABLE theirs",
            ["drift", "sprints", "inherited by theirs", "inherited by theirs", nothing],
            4,
        ),
    ]
}

both_empty! {
    async fn each_is_drift(t: TestDb) {
        let cases = match t.kind() {
            Kind::Sqlite => sqlite(),
            Kind::Postgres => postgres(),
        };
        for_each(&t, cases).await;
    }

    /// Each alone, in a database whose history is not recorded.
    async fn baseline_refuses_each(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        sql(&t.raw().await, "DROP TABLE callboard_migrations").await;
        let cases = match t.kind() {
            Kind::Sqlite => sqlite(),
            Kind::Postgres => postgres(),
        };
        for case in cases {
            sql(&t.raw().await, &case.damage).await;
            let output = t.migration(["baseline"]).run().code(4);
            let [_, table, part, ..] = case.finding;
            assert!(output.stdout.starts_with(&format!("{table}, {part}: found ")), "{output}");
            sql(&t.raw().await, &case.undo).await;
        }
        t.migration(["baseline"]).run().ok();
    }
}
