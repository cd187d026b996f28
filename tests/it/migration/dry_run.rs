//! A dry run is the run itself on a copy: it says what the run then does, and the database is as it was.

use std::collections::BTreeMap;
use std::path::Path;

use callboard_migration::runner::{self, DownGoal, Event, Goal};
use serde_json::Value;
use support::cli::{Output, migration};
use support::{Kind, TestDb, both_empty};

use super::common::{everything, number, options, sql, up};
use super::data::dump::Dump;

/// Every file below a folder with its bytes, but for the lock.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut out = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("list the folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if path.is_dir() {
            out.extend(files(&path).into_iter().map(|(inner, bytes)| (format!("{name}/{inner}"), bytes)));
        } else {
            let bytes = std::fs::read(&path).expect("read");
            if name.ends_with(".migrate.lock") {
                assert!(bytes.is_empty());
            } else if !name.ends_with("-shm") && (!name.ends_with("-wal") || !bytes.is_empty()) {
                // The test's own connections keep an empty log and its index.
                out.insert(name, bytes);
            }
        }
    }
    out
}

/// A database at version 12 with users and projects in it.
async fn filled(t: &TestDb) {
    up(t, Goal::To("12".into())).await.expect("up");
    let db = t.raw().await;
    for n in 1..=40 {
        let id = super::data::value::V::Id(n).sql(t.kind());
        sql(
            &db,
            &format!(
                "INSERT INTO board_users (id, name, created_at, updated_at) VALUES ({id}, 'user {}', \
             '2026-01-01 00:00:00+00:00', '2026-01-01 00:00:00+00:00')",
                n % 20
            ),
        )
        .await;
    }
    if t.kind() == Kind::Sqlite {
        // Every byte is in the file itself: no log stands beside it.
        sql(&db, "PRAGMA wal_checkpoint(TRUNCATE)").await;
    }
    db.close().await.expect("close");
}

/// Schema, history and every row of every table.
async fn content(t: &TestDb) -> (String, Dump) {
    let db = t.raw().await;
    let rows = Dump::of(&db).await;
    db.close().await.expect("close");
    (everything(t).await, rows)
}

fn events(output: &Output) -> Vec<Value> {
    output.stdout.lines().map(|line| serde_json::from_str(line).expect("an object a line")).collect()
}

fn of_kind<'a>(events: &'a [Value], kind: &str) -> Vec<&'a Value> {
    events.iter().filter(|e| e["kind"] == kind).collect()
}

both_empty! {
    async fn a_dry_run_of_up_says_what_up_then_does(t: TestDb) {
        filled(&t).await;
        let before = content(&t).await;
        let bytes = (t.kind() == Kind::Sqlite).then(|| files(t.dir()));
        let dry = migration(t.dir()).args(["up", "--dry-run", "--json", "--database-url", t.url()]).run().ok();
        assert!(content(&t).await == before, "the content has changed");
        if let Some(bytes) = bytes {
            assert!(files(t.dir()) == bytes, "the same files with the same bytes");
        }
        let dry = events(&dry);
        let summary = of_kind(&dry, "summary")[0].clone();
        assert_eq!((&summary["dry_run"], &summary["schema_version"]), (&Value::Bool(true), &Value::from(1)));
        let statements = of_kind(&dry, "statement");
        let texts: Vec<&str> = statements.iter().map(|s| s["sql"].as_str().expect("SQL")).collect();
        assert!(texts.iter().any(|s| s.starts_with("CREATE TABLE") && s.contains("task_prerequisites")), "{texts:?}");
        // What only rows bring about is there too, with its values.
        assert_eq!(texts.iter().filter(|s| s.starts_with("UPDATE") && s.contains("user 3 (2)")).count(), 1);
        assert!(of_kind(&dry, "committed").is_empty(), "nothing of the database's is committed");
        let real = migration(t.dir()).args(["up", "--json", "--no-backup", "--database-url", t.url()]).run().ok();
        let real = events(&real);
        let done = |events: &[Value]| -> Vec<String> {
            of_kind(events, "finished").iter().map(|e| e["version"].as_str().expect("a version").to_owned()).collect()
        };
        assert_eq!(done(&dry), done(&real));
        let checked = of_kind(&real, "checked")[0];
        for table in summary["tables"].as_array().expect("tables") {
            let name = table["table"].as_str().expect("a name");
            assert_eq!(table["after"], checked["rows_after"][name], "{name}");
            assert_eq!(table["before"], checked["rows_before"].get(name).cloned().unwrap_or_default(), "{name}");
        }
        assert_eq!(checked["rows_after"]["board_users"], 40);
    }

    async fn a_dry_run_of_down_says_what_would_be_lost(t: TestDb) {
        filled(&t).await;
        let before = content(&t).await;
        let mut losing = Vec::new();
        let mut see = |e: &Event| if let Event::Losing { losses } = e { losing.clone_from(losses) };
        let dry = runner::rehearse_down(&options(&t), DownGoal::All, &mut see).await.expect("a dry run");
        assert!(content(&t).await == before, "the content has changed");
        assert_eq!((losing.len(), losing[0].table.as_str(), losing[0].rows), (1, "board_users", 40));
        assert_eq!(dry.report.losses, losing);
        let users = dry.tables.iter().find(|r| r.table == "board_users").expect("the users");
        assert_eq!((users.before, users.after), (Some(40), None));
        assert!(dry.statements.iter().any(|(_, sql)| sql.starts_with("DROP TABLE") && sql.contains("board_users")));
        let shown = migration(t.dir()).args(["down", "--all", "--dry-run", "--database-url", t.url()]).run().ok();
        assert!(shown.stdout.contains("-- would lose board_users (40 rows)"), "{shown}");
        assert!(shown.stderr.contains("Nothing was changed."), "{shown}");
        assert_eq!(number(&t.raw().await, "SELECT count(*) FROM board_users").await, 40);
    }

    /// What stops the run stops the dry run, with the same code.
    async fn a_dry_run_finds_what_the_run_would(t: TestDb) {
        filled(&t).await;
        sql(&t.raw().await, "CREATE TABLE task_prerequisites (theirs integer)").await;
        let before = content(&t).await;
        for extra in [&["--dry-run"][..], &[]] {
            let refused = migration(t.dir()).args(["up", "--database-url", t.url()]).args(extra).run().code(14);
            assert!(refused.stderr.contains("task_prerequisites"), "{refused}");
            assert!(refused.stderr.ends_with("Nothing was changed.\n"), "{refused}");
        }
        assert!(content(&t).await == before, "the content has changed");
    }

    async fn a_dry_run_of_nothing_is_done(t: TestDb) {
        let dry = runner::rehearse_up(&options(&t), Goal::Latest, &mut |_| {}).await.expect("on an empty database");
        assert_eq!(dry.report.steps.len(), callboard_migration::history().len());
        assert_eq!(super::common::describe(&t).await, "");
        up(&t, Goal::Latest).await.expect("up");
        let dry = runner::rehearse_up(&options(&t), Goal::Latest, &mut |_| {}).await.expect("nothing to do");
        assert!(dry.report.steps.is_empty() && dry.statements.is_empty());
    }
}
