//! What a run that fails says of the database, by its exit code and its last line: 8 nothing was changed, 9 restored,
//! 10 NOT restored. Each is forced by a fault, and what is said is read back.

use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_migration::runner::{self, Event, Goal};
use callboard_migration::{Error, history};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, Statement};
use support::cli::Output;
use support::shim::{self, inject};
use support::{Kind, TestDb, both_empty, scratch_dir};

use super::common::sql;
use super::data::value::V;
use super::saved::{all, board, folder, last_line, names, options, users};

both_empty! {
    async fn nothing_was_changed(t: TestDb) {
        let db = board(&t, Goal::To("12".into()), 2).await;
        let id = |n: u32| V::Id(n).sql(t.kind());
        let at = "'2026-01-01 00:00:00+00:00'";
        sql(&db, &format!(
            "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, \
             created_at, updated_at) VALUES ({}, 'p', 'P', 'P', 2, 1, 'active', {at}, {at})", id(1))).await;
        sql(&db, &format!(
            "INSERT INTO work_items (id, project_id, key, type, title, status, priority, revision, requirement_key, \
             created_at, updated_at) VALUES ({}, {}, 'P-1', 'task', 'T', 'todo', 2, 0, 'rust', {at}, {at})",
            id(2), id(1))).await;
        let before = all(&t).await;
        let output = t.migration(["up", "--backup-dir", "backups"]).run().code(8);
        assert!(output.stderr.contains("'rust' has no level"), "{output}");
        assert_eq!((last_line(&output), all(&t).await), ("Nothing was changed.", before));
        let output = t.migration(["up", "--backup-dir", "backups", "--json"]).run().code(8);
        let last: serde_json::Value = serde_json::from_str(output.stdout.lines().last().expect("a line")).expect("JSON");
        assert_eq!((&last["exit_code"], &last["verdict"]), (&8.into(), &"Nothing was changed.".into()));
    }

    async fn restored(t: TestDb) {
        for fault in [Fault::History, Fault::Table] {
            let db = board(&t, Goal::To("12".into()), 3).await;
            sql(&db, "UPDATE board_users SET email = NULL").await;
            let before = all(&t).await;
            let error = up_with(&t, fault, false).await;
            assert!(matches!(&error, Error::Restored { .. }) && error.exit_code() == 9, "{error:?}");
            let Error::Restored { backup, .. } = &error else { unreachable!() };
            assert_eq!(error.verdict(), format!("Restored from the backup {}.", backup.display()));
            assert_eq!((all(&t).await, users(&db).await), (before, 3));
            runner::up(&options(&t), Goal::Latest, &mut |_| {}).await.expect("without the fault");
            runner::down(&options(&t), runner::DownGoal::All, runner::OnLoss::Accept, &mut |_| {}).await.expect("down");
        }
    }

    async fn not_restored(t: TestDb) {
        board(&t, Goal::To("12".into()), 3).await;
        let error = up_with(&t, Fault::History, true).await;
        assert!(matches!(&error, Error::NotRestored { .. }) && error.exit_code() == 10, "{error:?}");
        let Error::NotRestored { backup: Some(backup), .. } = &error else { unreachable!() };
        assert_eq!(error.verdict(), format!("NOT restored. The backup is {}.", backup.display()));
        assert!(error.to_string().contains("bytes where its manifest says"), "{error}");
    }

    /// The same through the binary, which stands still right after COMMIT while another program spoils the history.
    async fn by_the_command(t: TestDb) {
        let journals: &[&str] = if t.kind() == Kind::Sqlite { &["wal", "delete"] } else { &[""] };
        for journal in journals {
            for (truncate, code) in [(false, 9), (true, 10)] {
                super::race::empty(&t).await;
                board(&t, Goal::To("12".into()), 3).await.close().await.expect("close");
                let before = all(&t).await;
                set_journal(&t, journal).await;
                let taken = names(&folder(&t));
                let (output, file) = spoilt_run(&t, truncate, &taken).await;
                let output = output.code(code);
                let verdict = match truncate {
                    false => format!("Restored from the backup backups/{file}."),
                    true => format!("NOT restored. The backup is backups/{file}."),
                };
                assert_eq!(last_line(&output), verdict, "{journal}: {output}");
                let last: serde_json::Value =
                    serde_json::from_str(output.stdout.lines().last().expect("a line")).expect("JSON");
                assert_eq!((&last["exit_code"], &last["verdict"]), (&code.into(), &verdict.into()), "{output}");
                if t.kind() == Kind::Sqlite {
                    assert_eq!(journal_of(&t).await, *journal, "the file's journal mode is its owner's");
                }
                if truncate {
                    assert_ne!(all(&t).await, before);
                } else {
                    assert_eq!((all(&t).await, users(&t.raw().await).await), (before, 3));
                    t.migration(["up", "--no-backup"]).run().ok();
                }
            }
        }
    }
}

#[derive(Clone, Copy)]
enum Fault {
    /// A row of the history goes.
    History,
    /// A table goes.
    Table,
}

/// Runs `up` with a fault right after COMMIT.
async fn up_with(t: &TestDb, fault: Fault, truncate: bool) -> Error {
    let url = t.url().to_owned();
    let spoilt = match fault {
        Fault::History => format!("DELETE FROM callboard_migrations WHERE version = '{}'", last()),
        Fault::Table => "DROP TABLE task_prerequisites".to_owned(),
    };
    let mut backup: Option<PathBuf> = None;
    let options = options(t);
    let mut fault = |event: &Event| match event {
        Event::BackedUp { backup: taken } => backup = backup.clone().or(Some(taken.path.clone())),
        Event::Committed => {
            let (url, spoilt) = (url.clone(), spoilt.clone());
            // The callback is no future, and this thread belongs to one.
            let done = std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    let db: DatabaseConnection = Database::connect(url).await.expect("connect");
                    sql(&db, &spoilt).await;
                    db.close().await.expect("close");
                });
            });
            done.join().expect("the fault");
            if let (true, Some(path)) = (truncate, &backup) {
                cut(path);
            }
        }
        _ => {}
    };
    let result = runner::up(&options, Goal::Latest, &mut fault).await;
    result.expect_err("the fault is seen")
}

fn cut(path: &Path) {
    let file = std::fs::OpenOptions::new().write(true).open(path).expect("open the backup");
    file.set_len(file.metadata().expect("there").len() / 2).expect("cut it");
}

fn last() -> String {
    history().last().expect("a step").version().to_owned()
}

/// The file of the one backup in a folder that was not there before.
fn newest(folder: &Path, before: &[String]) -> String {
    let new = names(folder).into_iter().filter(|n| !before.contains(n) && !n.ends_with(".json"));
    let new: Vec<String> = new.collect();
    assert_eq!(new.len(), 1, "{new:?}");
    new.concat()
}

/// `up` that stands still once it said that it committed, while the newest row of the history goes and, with `truncate`,
/// half of its backup. What it printed, and the name of the backup's file.
async fn spoilt_run(t: &TestDb, truncate: bool, before: &[String]) -> (Output, String) {
    let logs = scratch_dir();
    let program = t.migration(["up", "--backup-dir", "backups", "--json"]);
    let run = inject(program, shim::Fault::StopAtText("\"kind\":\"committed\""), &logs.path().join("log")).spawn();
    run.wait_for_stop();
    let file = newest(&folder(t), before);
    if truncate {
        cut(&folder(t).join(&file));
    }
    let db = open(t).await;
    let delete = format!("DELETE FROM {} WHERE version = '{}'", runner::HISTORY_TABLE, last());
    // The write lock is free, and what is deleted is there: it is committed.
    let deleted = db.execute_unprepared(&delete).await.expect("delete").rows_affected();
    assert_eq!(deleted, 1);
    db.close().await.expect("close");
    run.go_on();
    (run.wait(Duration::from_secs(60)), file)
}

/// One connection, which leaves the journal mode of a SQLite file as it is.
async fn open(t: &TestDb) -> DatabaseConnection {
    let mut options = ConnectOptions::new(t.url());
    options.max_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("connect")
}

/// Sets the journal mode of a SQLite file that nobody has open.
async fn set_journal(t: &TestDb, journal: &str) {
    if t.kind() == Kind::Sqlite {
        let db = open(t).await;
        sql(&db, &format!("PRAGMA journal_mode = {journal}")).await;
        db.close().await.expect("close");
        assert_eq!(journal_of(t).await, journal);
    }
}

async fn journal_of(t: &TestDb) -> String {
    let db = open(t).await;
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), "PRAGMA journal_mode")).await;
    let mode = row.expect("ask").expect("a row").try_get_by_index(0).expect("a text");
    db.close().await.expect("close");
    mode
}
