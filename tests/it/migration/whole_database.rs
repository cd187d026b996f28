//! `restore --whole-database`: a new PostgreSQL database gets the old one's name, and the old one stays.

use callboard_migration::Error;
use callboard_migration::backup::{self, Careful, Restored};
use callboard_migration::runner::{Event, Goal};
use support::{Kind, TestDb, both_empty, on_postgres_empty};

use super::common::{number, sql};
use super::saved::{all, board, last_line, options, take, users};

both_empty! {
    /// What was there stays: a database of another name, or a backup of the file, which is always replaced as a whole.
    async fn all_of_it_is_the_backups_again(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        sql(&db, "DELETE FROM board_users").await;
        db.close().await.expect("close");
        let emptied = all(&t).await;
        let careful = Careful { whole_database: true, ..Careful::default() };
        let restored = backup::restore(&options(&t), &backup, careful, &mut |_| {}).await.expect("restore");
        assert_eq!(all(&t).await, before);
        match t.kind() {
            Kind::Sqlite => {
                let overwritten = restored.overwritten.expect("what was there");
                assert_eq!((overwritten.manifest.rows["board_users"], restored.renamed), (0, None));
                super::saved::restore(&t, &overwritten).await.expect("and back");
                assert_eq!(all(&t).await, emptied);
            }
            Kind::Postgres => {
                let old = restored.renamed.expect("what was there");
                let server = t.url().rsplit_once('/').expect("a name").0;
                let was = sea_orm::Database::connect(format!("{server}/{old}")).await.expect("it is there");
                assert_eq!(users(&was).await, 0);
                was.close().await.expect("close");
                sql(&t.raw().await, &format!("DROP DATABASE {old}")).await;
            }
        }
    }
}

on_postgres_empty! {
    why: "SQLite has no names that a new database could get: its file is written over";
    async fn a_new_one_gets_the_name(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let name = t.url().rsplit('/').next().expect("a name").to_owned();
        sql(&db, &format!("ALTER DATABASE {name} SET work_mem = '5MB'; GRANT CREATE ON DATABASE {name} TO PUBLIC")).await;
        db.close().await.expect("close");
        let (backup, before) = (take(&t).await, all(&t).await);
        let db = t.raw().await;
        sql(&db, "DELETE FROM board_users").await;
        sql(&db, "CREATE TABLE customers (id integer)").await;
        let error = whole(&t, &backup).await.expect_err("not all is ours");
        assert!(matches!(&error, Error::NotAllOurs { .. }) && error.exit_code() == 14, "{error:?}");
        assert!(error.to_string().contains("table customers"), "{error}");
        sql(&db, "DROP TABLE customers").await;
        let error = whole(&t, &backup).await.expect_err("somebody is connected");
        assert!(matches!(&error, Error::InUse { others, .. } if !others.is_empty()) && error.exit_code() == 6, "{error:?}");
        assert_eq!((error.verdict().as_str(), users(&db).await), ("Nothing was changed.", 0));
        db.close().await.expect("close");
        let args = ["restore", &backup.manifest.id, "--yes", "--whole-database", "--backup-dir", "backups"];
        let output = t.migration(args).run().ok();
        assert_eq!(all(&t).await, before);
        let (_, rest) = output.stdout.split_once("What was there is the database ").expect("it says so");
        let old = rest.split_once(',').expect("a name").0;
        assert!(old.starts_with(&format!("{name}_before_20")), "{output}");
        let db = t.raw().await;
        assert_eq!((users(&db).await, number(&db, "SELECT 1::bigint WHERE current_setting('work_mem') = '5MB'").await), (2, 1));
        let right = "SELECT count(*) FROM pg_database, aclexplode(datacl) AS a WHERE datname = current_database() AND \
                     a.grantee = 0 AND a.privilege_type = 'CREATE'";
        assert_eq!(number(&db, right).await, 1);
        let was = sea_orm::Database::connect(t.url().replace(&name, old)).await.expect("the old one is there");
        assert_eq!(users(&was).await, 0);
        was.close().await.expect("close");
        sql(&db, &format!("DROP DATABASE {old}")).await;
        assert_eq!(last_line(&output).split(' ').next(), Some("Restoring"));
    }

    why: "a SQLite file is locked, whoever else has it open";
    async fn who_leaves_meanwhile_is_not_waited_for_any_longer(t: TestDb) {
        board(&t, Goal::Latest, 2).await.close().await.expect("close");
        let (backup, before) = (take(&t).await, all(&t).await);
        let db = t.raw().await;
        sql(&db, "DELETE FROM board_users").await;
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let leaving = tokio::spawn(async move {
            told.recv().await.expect("somebody is waited for");
            db.close().await.expect("close");
        });
        let careful = Careful { whole_database: true, ..Careful::default() };
        let mut events = |event: &Event| {
            if matches!(event, Event::Waiting { .. }) {
                let _ = tell.send(());
            }
        };
        let restored = backup::restore(&options(&t), &backup, careful, &mut events).await;
        let restored = restored.expect("restore, once nobody else is connected");
        leaving.await.expect("it left");
        assert_eq!(all(&t).await, before);
        sql(&t.raw().await, &format!("DROP DATABASE {}", restored.renamed.expect("the old one"))).await;
    }
}

async fn whole(t: &TestDb, backup: &backup::Backup) -> Result<Restored, Error> {
    let mut options = options(t);
    options.lock_timeout = std::time::Duration::from_millis(500);
    let careful = Careful { whole_database: true, ..Careful::default() };
    backup::restore(&options, backup, careful, &mut |_| {}).await
}
