//! The committed SQL and the committed schema are what the migrations really do, on both databases.

use std::collections::{BTreeMap, BTreeSet};

use callboard_migration::{Step, history, runner};
use sea_orm::{ConnectionTrait, Statement};
use support::{Kind, TestDb, both_empty, plain};

use super::common::{compare, describe, kind, options, snapshot_path, sql, up};

both_empty! {
    async fn each_step_runs_its_committed_sql(t: TestDb) {
        let mut down = String::new();
        for step in runner::record(&history(), &options(&t)).await.expect("record").iter().rev() {
            let version = &step.version;
            let other = history().iter().any(|s| s.version() == version && !s.sql(other(kind(&t))).is_empty());
            assert!(!step.up.is_empty() || other, "{version} runs nothing on either database");
            assert_eq!(step.up.is_empty(), step.down.is_empty(), "{version} runs something one way only");
            compare(&snapshot_path(&t, &format!("{version}.sql")), &step.up);
            down.push_str(&format!("-- {version}\n{}", step.down));
        }
        compare(&snapshot_path(&t, "down.sql"), &down);
        assert_eq!(describe(&t).await, "", "recording leaves nothing");
    }

    /// A statement that the recorder did not see would be missing in the schema.
    async fn the_committed_sql_alone_gives_the_same_schema(t: TestDb) {
        let db = t.raw().await;
        for step in history() {
            for line in step.sql(kind(&t)).lines() {
                db.execute_unprepared(line).await.unwrap_or_else(|e| panic!("{line}: {e}"));
            }
        }
        let replayed = describe(&t).await;
        for step in history().iter().rev() {
            step.migration().down(&sea_orm_migration::SchemaManager::new(&db)).await.expect("down");
        }
        up(&t, runner::Goal::Latest).await.expect("up");
        sql(&db, &format!("DROP TABLE {}", runner::HISTORY_TABLE)).await;
        assert_eq!(describe(&t).await, replayed);
    }

    /// Clashes and losses are found by the names that a step is said to create.
    async fn each_step_creates_what_its_sql_says(t: TestDb) {
        let mut before = objects(&t).await;
        let mut columns = 0;
        for step in history() {
            up(&t, runner::Goal::Steps(1)).await.expect("up");
            let after = objects(&t).await;
            let footprint = step.footprint(kind(&t));
            let created: BTreeSet<String> = after.difference(&before).cloned().collect();
            assert_eq!(created, footprint.objects().cloned().collect(), "{}", step.version());
            columns += footprint.columns.len();
            before = after;
        }
        assert_eq!(columns, 16, "the columns of delegation and automation");
    }

    async fn the_schema_is_the_committed_one(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        let schema = describe(&t).await;
        compare(&snapshot_path(&t, "history.tables.txt"), &blocks(&schema)[runner::HISTORY_TABLE]);
        compare(&snapshot_path(&t, "schema.txt"), &schema);
    }

    /// What `verify` and the checks before COMMIT hold a database against.
    async fn each_step_leaves_its_committed_tables(t: TestDb) {
        // While they are written, `up` would refuse a column that they do not have yet: the steps' SQL runs by itself.
        let bless = std::env::var_os("CALLBOARD_BLESS").is_some();
        let recorded = if bless { runner::record(&history(), &options(&t)).await.expect("record") } else { Vec::new() };
        let db = t.raw().await;
        let mut before = blocks("");
        for (at, step) in history().iter().enumerate() {
            match recorded.get(at) {
                Some(step) => {
                    for line in step.up.lines() {
                        sql(&db, line).await;
                    }
                }
                None => drop(up(&t, runner::Goal::Steps(1)).await.expect("up")),
            }
            let now = describe(&t).await;
            let after = blocks(&now);
            let changed = |table: &&String| *table != runner::HISTORY_TABLE && before.get(*table) != after.get(*table);
            let mut tables: String = after.keys().filter(changed).map(|table| after[table].as_str()).collect();
            for gone in before.keys().filter(|table| !after.contains_key(*table)) {
                tables.push_str(&format!("table {gone}\n"));
            }
            compare(&snapshot_path(&t, &format!("{}.tables.txt", step.version())), &tables);
            if !bless {
                assert_eq!(runner::expected_tables(&history(), at + 1, kind(&t)), Some(now), "{}", step.version());
            }
            before = after;
        }
    }

    async fn the_schema_text_shows_every_kind_of_change(t: TestDb) {
        up(&t, runner::Goal::Latest).await.expect("up");
        let mut seen = vec![describe(&t).await];
        for change in [
            "ALTER TABLE sprints ADD COLUMN extra text",
            "ALTER TABLE sprints ADD COLUMN counted bigint NOT NULL DEFAULT 7",
            "ALTER TABLE sprints RENAME COLUMN extra TO other",
            "ALTER TABLE sprints ADD COLUMN word text CONSTRAINT ck_sprints_word CHECK (word IN ('a', 'b'))",
            "ALTER TABLE sprints ADD COLUMN by_id bigint REFERENCES sprint_items_of_others (id)",
            "CREATE INDEX ix_sprints_title ON sprints (title)",
            "DROP INDEX ix_sprints_title",
            "CREATE INDEX ix_sprints_title ON sprints (title) WHERE goal IS NOT NULL",
            "DROP INDEX ux_sprints_project_id_code",
            "CREATE VIEW sprint_titles AS SELECT title FROM sprints",
        ] {
            // A connection of its own each: SQLite refuses names that another one has just freed.
            let db = t.raw().await;
            if change.contains("of_others") {
                sql(&db, "CREATE TABLE sprint_items_of_others (id bigint PRIMARY KEY)").await;
            }
            sql(&db, change).await;
            let now = describe(&t).await;
            let undone = change == "DROP INDEX ix_sprints_title";
            assert_eq!(seen.contains(&now), undone, "{change}\n{now}");
            seen.push(now);
        }
    }
}

/// A step may be about one database only, as storage is.
fn other(kind: callboard_migration::target::Kind) -> callboard_migration::target::Kind {
    use callboard_migration::target::Kind::{Postgres, Sqlite};
    if kind == Sqlite { Postgres } else { Sqlite }
}

/// The tables of a description, each with its whole text.
fn blocks(text: &str) -> BTreeMap<String, String> {
    let mut out = BTreeMap::new();
    for block in text.split("table ").skip(1).map(|block| format!("table {block}")) {
        let name = block.lines().next().expect("a line").trim_start_matches("table ").to_owned();
        out.insert(name, block);
    }
    out
}

/// Tables and indexes, without the history and the indexes of primary keys.
async fn objects(t: &TestDb) -> BTreeSet<String> {
    let sql = match t.kind() {
        Kind::Sqlite => "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite%'",
        Kind::Postgres => {
            "SELECT relname::text AS name FROM pg_class WHERE relkind IN ('r', 'i') \
             AND relnamespace = 'public'::regnamespace AND relname NOT LIKE '%\\_pkey'"
        }
    };
    let db = t.raw().await;
    let rows =
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.expect("list the objects");
    let names = rows.iter().map(|r| r.try_get("", "name").expect("a name"));
    names.filter(|n: &String| n != runner::HISTORY_TABLE).collect()
}

plain! {
    /// A line end or an editor's trailing space is no other migration; a changed word is.
    fn a_checksum_ignores_only_line_ends() {
        let step = |sql: &'static str| {
            Step::new(Box::new(super::common::Sql { version: "m1", up: &[], down: &[] }), sql, "")
                .checksum(callboard_migration::target::Kind::Sqlite)
        };
        let sum = step("CREATE TABLE a (b text);\nSELECT 1;\n");
        for same in ["CREATE TABLE a (b text);\r\nSELECT 1;\r\n", "CREATE TABLE a (b text);  \nSELECT 1;\n\n"] {
            assert_eq!(step(same), sum, "{same:?}");
        }
        for other in ["CREATE TABLE a (b text);\nSELECT 2;\n", "CREATE TABLE a (b text);SELECT 1;\n"] {
            assert_ne!(step(other), sum, "{other:?}");
        }
    }

    /// SeaORM does not show `execute_unprepared` to the recorder.
    fn migrations_only_run_statements_that_the_recorder_sees() {
        let src = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("a workspace").join("migration/src");
        let mut files = 0;
        for entry in std::fs::read_dir(src).expect("list the migrations") {
            let path = entry.expect("an entry").path();
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            if path.is_file() && (name == "columns.rs" || name.starts_with("m2")) {
                files += 1;
                let text = std::fs::read_to_string(&path).expect("read");
                let code = text.lines().filter(|l| !l.trim_start().starts_with("//"));
                assert!(!code.clone().any(|l| l.contains("execute_unprepared")), "{name}");
            }
        }
        assert_eq!(files, history().len() + 1);
    }
}
