//! `restore --whole-database` that is interrupted, or whose connection ends in the middle.

use std::time::Duration;

use callboard_migration::Error;
use callboard_migration::backup::{self, Careful};
use callboard_migration::runner::{Event, Goal};
use support::{TestDb, on_postgres_empty};

use super::common::{number, sql};
use super::proxy::{Act, Message, between};
use super::saved::{all, board, options, take, users};

const CAREFUL: Careful = Careful { any_source: true, whole_database: true };

on_postgres_empty! {
    /// Whoever gives up in the middle leaves no copy of the rows on the server.
    why: "SQLite writes over the file in place: there is no second database to drop";
    async fn an_interrupt_drops_the_new_one(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        db.close().await.expect("close");
        let (backup, before) = (take(&t).await, all(&t).await);
        let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
        let folder = t.dir().join("proxy");
        std::fs::create_dir(&folder).expect("make a folder");
        let name = std::sync::Mutex::new(None);
        let url = between(t.url(), &folder, move |_, message| {
            if let Message::Query(text) = message {
                if let Some((_, rest)) = text.split_once("CREATE DATABASE \"") {
                    *name.lock().expect("not poisoned") = rest.split('"').next().map(str::to_owned);
                }
                if text.contains("CREATE TABLE ") {
                    let _ = tell.send(name.lock().expect("not poisoned").clone().expect("a database was made"));
                }
            }
            Act::Pass
        });
        let mut options = options(&t);
        options.url = url.parse().expect("a URL");
        let restored = async {
            backup::restore(&options, &backup, CAREFUL, &mut |event| {
                assert!(!matches!(event, Event::Restoring { .. }), "too late");
            }).await
        };
        let made = tokio::select! {
            outcome = restored => panic!("it ended: {outcome:?}"),
            made = told.recv() => made.expect("a name"),
        };
        assert!(made.starts_with("callboard_restore_"), "{made}");
        let db = t.raw().await;
        assert_eq!(number(&db, &format!("SELECT count(*) FROM pg_database WHERE datname = '{made}'")).await, 0);
        assert_eq!((all(&t).await, users(&db).await), (before, 2));
        // What a killed run left is swept by the next one.
        let stale = "callboard_restore_00000001_000000000abc";
        sql(&db, &format!("CREATE DATABASE {stale}")).await;
        db.close().await.expect("close");
        let restored = backup::restore(&self::options(&t), &backup, CAREFUL, &mut |_| {}).await.expect("restore");
        let db = t.raw().await;
        assert_eq!(number(&db, &format!("SELECT count(*) FROM pg_database WHERE datname = '{stale}'")).await, 0);
        sql(&db, &format!("DROP DATABASE {}", restored.renamed.expect("the old one"))).await;
    }

    /// The server is asked which names there are when the answer to the renaming is lost.
    why: "SQLite is called, not asked: no answer can be lost, and nothing is renamed";
    async fn a_lost_answer_to_the_renaming(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        sql(&db, "DELETE FROM board_users").await;
        let emptied = all(&t).await;
        db.close().await.expect("close");
        for act in [Act::Cut, Act::CutAfter] {
            let folder = t.dir().join(format!("{act:?}"));
            std::fs::create_dir(&folder).expect("make a folder");
            let url = between(t.url(), &folder, move |_, message| match message {
                Message::Query(text) if text.contains(" RENAME TO ") => act,
                _ => Act::Pass,
            });
            let mut options = options(&t);
            options.url = url.parse().expect("a URL");
            options.lock_timeout = Duration::from_secs(20);
            let outcome = backup::restore(&options, &backup, CAREFUL, &mut |_| {}).await;
            let name = t.url().rsplit('/').next().expect("a name");
            let db = t.raw().await;
            let of = |like: &str| format!("SELECT count(*) FROM pg_database WHERE datname LIKE '{like}'");
            if act == Act::Cut {
                let error = outcome.expect_err("it was not renamed");
                assert_eq!((error.verdict().as_str(), all(&t).await), ("Nothing was changed.", emptied.clone()), "{error}");
                assert_eq!(number(&db, &of(&format!("{name}\\_before%"))).await, 0);
            } else {
                let restored = outcome.expect("it was renamed");
                assert_eq!((all(&t).await, users(&db).await), (before.clone(), 2));
                sql(&db, &format!("DROP DATABASE {}", restored.renamed.expect("the old one"))).await;
            }
            db.close().await.expect("close");
        }
    }

    /// What else a database can hold is named, and refused.
    why: "a SQLite file holds none of these objects";
    async fn more_than_tables_of_others(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let backup = take(&t).await;
        for (made, named, gone) in [
            ("CREATE TYPE mood AS ENUM ('good')", "type mood", "DROP TYPE mood"),
            ("CREATE TYPE pair AS (a int, b int)", "type pair", "DROP TYPE pair"),
            ("CREATE DOMAIN positive AS int CHECK (VALUE > 0)", "type positive", "DROP DOMAIN positive"),
            ("SELECT lo_create(4711)", "large object 4711", "SELECT lo_unlink(4711)"),
            ("CREATE PUBLICATION news", "publication news", "DROP PUBLICATION news"),
            (
                "CREATE FOREIGN DATA WRAPPER w; CREATE SERVER far FOREIGN DATA WRAPPER w",
                "foreign server far",
                "DROP FOREIGN DATA WRAPPER w CASCADE",
            ),
        ] {
            sql(&db, made).await;
            let error = backup::restore(&options(&t), &backup, CAREFUL, &mut |_| {}).await.expect_err("not all is ours");
            assert!(matches!(&error, Error::NotAllOurs { .. }) && error.to_string().contains(named), "{error:?}");
            sql(&db, gone).await;
        }
    }
}
