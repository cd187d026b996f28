//! What is refused before anything is touched.

use std::time::{Duration, Instant};

use callboard_migration::runner::{DownGoal, Event, Goal, HISTORY_TABLE};
use callboard_migration::{Error, history, runner};
use sea_orm::TransactionTrait;
use support::{Kind, TestDb, both_empty};

use super::common::{down, everything, number, options, sql, up};

const UNKNOWN: &str = "m20991231_000099_from_the_future";

both_empty! {
    async fn a_newer_database(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        record(&t, UNKNOWN).await;
        let before = everything(&t).await;
        for error in [
            up(&t, Goal::Latest).await.expect_err("up"),
            up(&t, Goal::Steps(0)).await.expect_err("up by nothing"),
            down(&t, DownGoal::All).await.expect_err("down"),
        ] {
            assert!(matches!(&error, Error::TooNew { .. }), "{error:?}");
            let newest = history().last().expect("a step").version().to_owned();
            assert!(error.to_string().contains(UNKNOWN) && error.to_string().contains(&newest), "{error}");
        }
        assert_eq!(everything(&t).await, before);
        let output = t.migration(["up"]).run().code(7);
        assert!(output.stderr.contains("Hint: nothing was changed: install the newer version"), "{output}");
        let output = t.migration(["status", "--check"]).run().code(7);
        assert!(output.stdout.contains(UNKNOWN), "{output}");
        t.migration(["status"]).run().ok();
        assert_eq!(everything(&t).await, before);
    }

    async fn another_checksum(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        down(&t, DownGoal::Steps(1)).await.expect("down");
        let third = history()[2].version().to_owned();
        let change = format!("UPDATE {HISTORY_TABLE} SET checksum = 'other' WHERE version = '{third}'");
        sql(&t.raw().await, &change).await;
        let before = everything(&t).await;
        for args in [vec!["up"], vec!["down"], vec!["status", "--check"]] {
            let output = t.migration(args).run().code(5);
            assert!(output.stderr.contains(&third), "{output}");
        }
        assert_eq!(everything(&t).await, before);
    }

    async fn a_gap_in_the_history(t: TestDb) {
        up(&t, Goal::Latest).await.expect("up");
        let third = history()[2].version().to_owned();
        sql(&t.raw().await, &format!("DELETE FROM {HISTORY_TABLE} WHERE version = '{third}'")).await;
        let before = everything(&t).await;
        let error = up(&t, Goal::Latest).await.expect_err("up");
        assert!(matches!(&error, Error::Gap { missing, .. } if *missing == third), "{error:?}");
        assert_eq!(error.exit_code(), 4);
        assert_eq!(everything(&t).await, before);
    }
}

both_empty! {
    async fn tables_and_indexes_with_our_names(t: TestDb) {
        let db = t.raw().await;
        sql(&db, "CREATE TABLE sprints (id integer PRIMARY KEY, theirs text)").await;
        sql(&db, "INSERT INTO sprints VALUES (1, 'kept')").await;
        sql(&db, "CREATE TABLE app (id integer PRIMARY KEY, status text)").await;
        sql(&db, "CREATE INDEX ix_work_items_parent_id ON app (status)").await;
        sql(&db, "CREATE VIEW board_users AS SELECT id FROM app").await;
        let before = everything(&t).await;
        let error = up(&t, Goal::Latest).await.expect_err("names are taken");
        assert_eq!(error.exit_code(), 14);
        let Error::Clash { mut names, shapes } = error else { panic!("{error:?}") };
        names.sort();
        assert_eq!(names, ["index ix_work_items_parent_id", "table sprints", "view board_users"]);
        assert_eq!(shapes.keys().collect::<Vec<_>>().first().map(|s| s.as_str()), Some("table sprints"), "{shapes:?}");
        let shape = &shapes["table sprints"].to_lowercase();
        assert!(shape.starts_with("there: id integer, theirs text; ours: id "), "{shape}");
        assert!(shape.contains("project_id ") && shape.contains("title text"), "{shape}");
        assert_eq!(everything(&t).await, before);
        assert_eq!(number(&db, "SELECT count(*) FROM sprints WHERE theirs = 'kept'").await, 1);
        let output = t.migration(["up"]).run().code(14);
        assert!(output.stderr.contains("table sprints") && output.stderr.contains("view board_users"), "{output}");
    }

    async fn a_history_table_of_others(t: TestDb) {
        sql(&t.raw().await, &format!("CREATE TABLE {HISTORY_TABLE} (id integer PRIMARY KEY, name text)")).await;
        let error = up(&t, Goal::Latest).await.expect_err("it is not ours");
        assert!(matches!(&error, Error::Clash { .. }), "{error:?}");
        assert_eq!(number(&t.raw().await, &format!("SELECT count(*) FROM {HISTORY_TABLE}")).await, 0);
    }

    /// An app's database keeps its tables and, on SQLite, its journal mode, all the way up and down.
    async fn tables_of_others_are_kept(t: TestDb) {
        let db = match t.kind() {
            Kind::Postgres => t.raw().await,
            Kind::Sqlite => {
                let db = sea_orm::Database::connect(format!("{}?mode=rwc", t.url())).await.expect("connect");
                sql(&db, "PRAGMA journal_mode = DELETE").await;
                db
            }
        };
        sql(&db, "CREATE TABLE app (id integer PRIMARY KEY, name text); INSERT INTO app VALUES (1, 'kept')").await;
        sql(&db, "CREATE INDEX ix_app_name ON app (name)").await;
        let app = runner::describe(&db, super::common::kind(&t), None).await.expect("describe");
        up(&t, Goal::Latest).await.expect("up");
        assert_eq!(number(&db, "SELECT count(*) FROM app WHERE name = 'kept'").await, 1);
        down(&t, DownGoal::All).await.expect("down");
        assert_eq!(runner::describe(&db, super::common::kind(&t), None).await.expect("describe"), app);
        assert_eq!(number(&db, "SELECT count(*) FROM app WHERE name = 'kept'").await, 1);
        if t.kind() == Kind::Sqlite {
            assert_eq!(number(&db, "SELECT count(*) FROM pragma_journal_mode WHERE journal_mode = 'delete'").await, 1);
        }
    }

    /// On PostgreSQL a schema of its own takes the tables, and one of another name is another board.
    async fn a_schema_of_its_own(t: TestDb) {
        match t.kind() {
            // SQLite has no schemas: the option changes nothing.
            Kind::Sqlite => {
                t.migration(["up", "--schema", "board"]).run().ok();
                assert_eq!(number(&t.raw().await, "SELECT count(*) FROM main.work_items").await, 0);
            }
            Kind::Postgres => two_schemas(&t).await,
        }
    }
}

async fn two_schemas(t: &TestDb) {
    let db = t.raw().await;
    sql(&db, "CREATE TABLE sprints (id integer PRIMARY KEY)").await;
    t.migration(["up", "--schema", "board"]).run().ok();
    t.migration(["up"]).env("CALLBOARD_SCHEMA", "board_2").run().ok();
    for schema in ["board", "board_2"] {
        assert_eq!(number(&db, &format!("SELECT count(*) FROM {schema}.work_items")).await, 0);
        let tables = format!("SELECT count(*) FROM pg_tables WHERE schemaname = '{schema}'");
        let ours: usize = history().iter().map(|s| s.footprint(super::common::kind(t)).tables.len()).sum();
        assert_eq!(number(&db, &tables).await, i64::try_from(ours + 1).expect("a small number"));
    }
    let public = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";
    assert_eq!(number(&db, public).await, 1);
    t.migration(["down", "--all", "--schema", "board"]).run().ok();
    assert_eq!(number(&db, "SELECT count(*) FROM board_2.work_items").await, 0);
    for bad in ["Board", "a-b", "1a", "pg_mine", "information_schema", "a\"b", "é"] {
        let output = t.migration(["up", "--schema", bad]).run().code(2);
        assert!(output.stderr.contains("no valid schema name"), "{output}");
    }
}

both_empty! {
    /// Another writer keeps the database: the wait ends on time, and nothing was touched.
    async fn a_busy_database(t: TestDb) {
        up(&t, Goal::To("3".into())).await.expect("up");
        let before = everything(&t).await;
        let db = t.raw().await;
        let tx = db.begin().await.expect("begin");
        let hold = match t.kind() {
            Kind::Sqlite => "INSERT INTO board_users (id, name, created_at, updated_at) VALUES (x'01', 'n', '', '')",
            Kind::Postgres => "LOCK TABLE board_projects IN ACCESS EXCLUSIVE MODE",
        };
        sea_orm::ConnectionTrait::execute_unprepared(&tx, hold).await.expect("hold a lock");
        let started = Instant::now();
        let mut short = options(&t);
        short.lock_timeout = Duration::from_millis(300);
        let error = runner::up(&short, Goal::Latest, &mut |_| {}).await.expect_err("busy");
        assert_eq!(error.exit_code(), 6, "{error:?}");
        assert!(started.elapsed() < Duration::from_secs(20), "{:?}", started.elapsed());
        tx.rollback().await.expect("rollback");
        assert_eq!(everything(&t).await, before);
        up(&t, Goal::Latest).await.expect("free again");
    }

    /// Two runs: the second one says that it waits, gives up on time with exit code 6, or goes on when the first ends.
    async fn a_busy_migration_lock(t: TestDb) {
        let held = hold_lock(&t).await;
        let output = t.migration(["up", "--lock-timeout", "1", "--json"]).run().code(6);
        assert!(output.stdout.contains("\"kind\":\"waiting\""), "{output}");
        assert!(output.stderr.contains("--lock-timeout SECONDS"), "{output}");
        assert_eq!(super::common::describe(&t).await, "");
        let mut waiting = t.migration(["up"]).spawn();
        waiting.wait_for("Waiting up to 60 s");
        assert!(waiting.is_running());
        drop(held);
        waiting.wait(Duration::from_secs(60)).ok();
    }
}

async fn record(t: &support::TestDb, version: &str) {
    let row = format!("INSERT INTO {HISTORY_TABLE} VALUES ('{version}', '2099-12-31T00:00:00+00:00', 1, '9.9.9', 'x')");
    sql(&t.raw().await, &row).await;
}

/// Holds the migration lock as a run does: by a run that stops in the middle.
async fn hold_lock(t: &support::TestDb) -> std::sync::mpsc::Sender<()> {
    let (free, freed) = std::sync::mpsc::channel::<()>();
    let (held, holding) = std::sync::mpsc::channel();
    let options = options(t);
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        let step = super::common::step("m1_none", &["SELECT 1", "FAIL"], &[]);
        let mut stop = move |event: &Event| {
            if matches!(event, Event::Started { .. }) {
                held.send(()).expect("the test waits");
                // Blocks the run while it holds its lock; then it fails, so that nothing is committed.
                let _ = freed.recv();
            }
        };
        let run = runner::up_with(std::slice::from_ref(&step), &options, Goal::Latest, &mut stop);
        let _ = runtime.block_on(async { tokio::time::timeout(Duration::from_secs(60), run).await });
    });
    holding.recv_timeout(Duration::from_secs(20)).expect("the run takes the lock");
    free
}
