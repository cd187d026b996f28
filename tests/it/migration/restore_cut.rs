//! A PostgreSQL restore whose connection ends in the middle: what it says is what happened.

use std::sync::{Arc, Mutex};

use callboard_migration::Error;
use callboard_migration::backup::{self, Careful};
use callboard_migration::runner::Goal;
use support::{TestDb, on_postgres_empty};

use super::common::{number, sql};
use super::proxy::{Act, Message, between};
use super::saved::{all, board, options, take, users};

/// The pool's pings on the connection of the swap, from the swap on.
#[derive(Debug, Default)]
struct Seen {
    connection: Option<usize>,
    pings: usize,
    /// How many there were when COMMIT came.
    at_commit: Option<usize>,
}

on_postgres_empty! {
    /// The pool makes a new connection where the old one is dead, and a COMMIT on it would commit nothing.
    why: "SQLite has no connection that could be cut off";
    async fn before_commit(t: TestDb) {
        let db = board(&t, Goal::Latest, 3).await;
        let backup = take(&t).await;
        let restored = all(&t).await;
        sql(&db, "DELETE FROM board_users").await;
        let before = all(&t).await;
        let mut last = 0;
        for from_the_end in [None, Some(0), Some(1), Some(7)] {
            let seen = Arc::new(Mutex::new(Seen::default()));
            let (see, cut) = (Arc::clone(&seen), from_the_end.map(|n| last - n));
            let folder = t.dir().join(format!("{from_the_end:?}"));
            std::fs::create_dir(&folder).expect("make a folder");
            let url = between(t.url(), &folder, move |connection, message| {
                let mut seen = see.lock().expect("not poisoned");
                match message {
                    Message::Query(text) if text.contains(" RESTRICT") => seen.connection = Some(connection),
                    Message::Query(text) if text.contains("COMMIT") && seen.connection == Some(connection) => {
                        seen.at_commit = Some(seen.pings);
                    }
                    Message::Ping if seen.connection == Some(connection) => {
                        seen.pings += 1;
                        if Some(seen.pings) == cut {
                            return Act::Cut;
                        }
                    }
                    _ => {}
                }
                Act::Pass
            });
            let mut options = options(&t);
            options.url = url.parse().expect("a URL");
            let outcome = backup::restore(&options, &backup, Careful { any_source: true, ..Careful::default() }, &mut |_| {}).await;
            let pings = {
                let seen = seen.lock().expect("not poisoned");
                (seen.pings, seen.at_commit)
            };
            if cut.is_none() {
                outcome.expect("the control: nothing is cut");
                assert_eq!((all(&t).await, users(&db).await), (restored.clone(), 3));
                last = pings.1.expect("a COMMIT");
                sql(&db, "DELETE FROM board_users").await;
                continue;
            }
            assert_eq!(Some(pings.0), cut, "it was not cut off there");
            let error = outcome.expect_err("the transaction is gone");
            assert!(matches!(&error, Error::RestoreFailed { .. }) && error.exit_code() == 8, "{error:?}");
            assert_eq!((error.verdict().as_str(), all(&t).await), ("Nothing was changed.", before.clone()));
            assert_eq!(number(&db, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'callboard%'").await, 0);
        }
    }

    /// Only the answer is lost: the server is asked what became of it.
    why: "SQLite has no connection that could be cut off";
    async fn after_commit(t: TestDb) {
        let db = board(&t, Goal::Latest, 3).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        sql(&db, "DELETE FROM board_users").await;
        let mut options = options(&t);
        let url = between(t.url(), t.dir(), |_, message| match message {
            Message::Query(text) if text.trim_end_matches('\0').ends_with("COMMIT") => Act::CutAfter,
            _ => Act::Pass,
        });
        options.url = url.parse().expect("a URL");
        let careful = Careful { any_source: true, ..Careful::default() };
        backup::restore(&options, &backup, careful, &mut |_| {}).await.expect("it was committed");
        assert_eq!(all(&t).await, before);
    }
}
