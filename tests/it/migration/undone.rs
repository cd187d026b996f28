//! What a run that fails says of the database, by its exit code and its last line: 8 nothing was changed, 9 restored,
//! 10 NOT restored. Each is forced by a fault, and what is said is read back.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use callboard_migration::runner::{self, Event, Goal};
use callboard_migration::{Error, history};
use sea_orm::sqlx::{Connection, Executor};
use sea_orm::{DatabaseConnection, sqlx};
use support::{Kind, TestDb, both_empty};

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

    /// The same through the binary: another program spoils the history as soon as it is committed.
    async fn by_the_command(t: TestDb) {
        if t.kind() == Kind::Sqlite {
            return; // Nobody can wait for the moment of its COMMIT; the tests above force the same there.
        }
        for (truncate, code) in [(false, 9), (true, 10)] {
            let db = board(&t, Goal::To("12".into()), 3).await;
            let before = all(&t).await;
            let taken = names(&folder(&t));
            let run = t.migration(["up", "--backup-dir", "backups"]).spawn();
            spoil(&t, truncate, &taken).await;
            let output = run.wait(Duration::from_secs(60)).code(code);
            let file = newest(&folder(&t), &taken, true);
            if truncate {
                assert_eq!(last_line(&output), format!("NOT restored. The backup is backups/{file}."), "{output}");
                assert_ne!(all(&t).await, before);
                return;
            }
            assert_eq!(last_line(&output), format!("Restored from the backup backups/{file}."), "{output}");
            assert_eq!((all(&t).await, users(&db).await), (before, 3));
            runner::down(&options(&t), runner::DownGoal::All, runner::OnLoss::Accept, &mut |_| {}).await.expect("down");
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
                    let db: DatabaseConnection = sea_orm::Database::connect(url).await.expect("connect");
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

/// The newest backup in a folder that was not there before: its file, or its manifest.
fn newest(folder: &Path, before: &[String], file: bool) -> String {
    let new = names(folder).into_iter().filter(|n| !before.contains(n) && !n.starts_with('.'));
    // The first one of the run; a restore takes another.
    new.filter(|n| n.ends_with(".json") != file).min().unwrap_or_default()
}

/// Waits for the run's backup, then deletes a row of the history at the moment in which it is committed.
async fn spoil(t: &TestDb, truncate: bool, before: &[String]) {
    let until = Instant::now() + Duration::from_secs(60);
    loop {
        let file = newest(&folder(t), before, false);
        if !file.is_empty() {
            break if truncate {
                cut(&folder(t).join(newest(&folder(t), before, true)))
            };
        }
        assert!(Instant::now() < until, "there is no backup");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let delete = format!("DELETE FROM callboard_migrations WHERE version = '{}'", last());
    let mut deleted = 0;
    while deleted == 0 {
        assert!(Instant::now() < until, "it was never committed");
        // Waits for the table's lock, and so for COMMIT.
        let mut db = sqlx::PgConnection::connect(t.url()).await.expect("connect");
        deleted = db.execute(sqlx::AssertSqlSafe(delete.clone())).await.expect("delete").rows_affected();
    }
}
