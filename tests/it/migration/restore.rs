//! Restores: rows and schema come back, what was there is backed up, and what belongs to others stays.

use std::path::Path;

use callboard_migration::backup::{self, Backup, Careful, Reason};
use callboard_migration::runner::{self, DownGoal, Goal, OnLoss};
use callboard_migration::{Error, history};
use sea_orm::sqlx::{Connection, Executor, SqliteConnection};
use sea_orm::{ConnectionTrait, DatabaseConnection, TransactionTrait};
use support::{Kind, TestDb, both_empty, on_postgres_empty, on_sqlite_empty};

use super::common::{describe, number, sql};
use super::saved::{add_users, all, board, folder, last_line, names, options, restore, take, users};

both_empty! {
    async fn rows_come_back_and_what_was_there_too(t: TestDb) {
        let db = board(&t, Goal::Latest, 3).await;
        let (first, before) = (take(&t).await, all(&t).await);
        sql(&db, "DELETE FROM board_users WHERE email IS NULL").await;
        add_users(&t, &db, 10..=14).await;
        let after = all(&t).await;
        let restored = restore(&t, &first).await.expect("restore");
        assert_eq!((all(&t).await, users(&db).await), (before.clone(), 3));
        let overwritten = restored.overwritten.expect("what was there");
        assert_eq!((overwritten.manifest.reason, overwritten.manifest.rows["board_users"]), (Reason::Restore, 5));
        restore(&t, &overwritten).await.expect("restore what was there");
        assert_eq!(all(&t).await, after);
        restore(&t, &first).await.expect("and again");
        assert_eq!(all(&t).await, before);
        assert!(names(&folder(&t)).iter().all(|n| !n.starts_with('.')), "{:?}", names(&folder(&t)));
        t.migration(["status", "--check"]).run().ok();
    }

    async fn an_older_version_comes_back(t: TestDb) {
        let db = board(&t, Goal::To("12".into()), 2).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        runner::up(&options(&t), Goal::Latest, &mut |_| {}).await.expect("up");
        assert_ne!(all(&t).await, before);
        restore(&t, &backup).await.expect("restore");
        assert_eq!(all(&t).await, before);
        let report = runner::up(&options(&t), Goal::Latest, &mut |_| {}).await.expect("up");
        assert_eq!((report.from.as_deref(), users(&db).await), (Some(history()[11].version()), 2));
    }

    async fn into_a_database_that_was_taken_down(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        runner::down(&options(&t), DownGoal::All, OnLoss::Accept, &mut |_| {}).await.expect("down");
        let restored = restore(&t, &backup).await.expect("restore");
        assert_eq!((all(&t).await, users(&db).await), (before, 2));
        if t.kind() == Kind::Postgres {
            assert!(restored.overwritten.is_none(), "there was nothing of ours");
        }
    }

    async fn by_the_command(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let backup = take(&t).await;
        add_users(&t, &db, 2..=2).await;
        let (id, file) = (backup.manifest.id.clone(), backup.path.display().to_string());
        let run = |args: &[&str]| t.migration([&["restore", "--backup-dir", "backups"], args].concat()).run();
        let live = all(&t).await;
        let output = run(&[&id]).code(14);
        assert!(output.stderr.contains("Hint: run it again with --yes"), "{output}");
        assert_eq!(last_line(&output), "Nothing was changed.");
        let output = run(&[&id, "--dry-run"]).ok();
        assert!(output.stdout.starts_with("It is sound. "), "{output}");
        assert_eq!(all(&t).await, live);
        for given in [id.as_str(), &id[..20], file.as_str()] {
            add_users(&t, &db, 7..=7).await;
            let output = run(&[given, "--yes"]).ok();
            assert!(output.stdout.contains(&format!("Restored {id} of ")) && output.stdout.contains("What was there is in "), "{output}");
            assert_eq!(users(&db).await, 1);
        }
        let output = run(&[&id, "--yes", "--json"]).ok();
        let last: serde_json::Value = serde_json::from_str(output.stdout.lines().last().expect("a line")).expect("JSON");
        assert_eq!((&last["kind"], &last["overwritten"]["manifest"]["rows"]["board_users"]), (&"summary".into(), &1.into()));
    }

    async fn one_of_another_database(t: TestDb) {
        board(&t, Goal::Latest, 2).await;
        let backup = take(&t).await;
        let mut other = options(&t);
        match t.kind() {
            Kind::Sqlite => other.url = format!("sqlite://{}/other.db", t.dir().display()).parse().expect("a URL"),
            Kind::Postgres => other.schema = Some("other".to_owned()),
        }
        runner::up(&other, Goal::Latest, &mut |_| {}).await.expect("up");
        let error = backup::restore(&other, &backup, Careful::default(), &mut |_| {}).await.expect_err("another one");
        assert!(matches!(&error, Error::OtherDatabase { .. }) && error.exit_code() == 14, "{error:?}");
        let careful = Careful { any_source: true, ..Careful::default() };
        let restored = backup::restore(&other, &backup, careful, &mut |_| {}).await.expect("as it is meant");
        assert_eq!(restored.overwritten.expect("what was there").manifest.rows["board_users"], 0);
        if t.kind() == Kind::Postgres {
            let db = t.raw().await;
            assert_eq!(number(&db, "SELECT count(*) FROM other.board_users").await, 2);
            assert_eq!(number(&db, "SELECT count(*) FROM pg_namespace WHERE nspname LIKE 'callboard%'").await, 0);
        }
    }

    /// A newer build can have more tables than this one knows: none of them may be left beside restored ones.
    async fn a_newer_database(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let (backup, first) = (take(&t).await, all(&t).await);
        let later = "m20991231_000099_later";
        sql(&db, &format!("UPDATE callboard_migrations SET version = '{later}' WHERE version LIKE '%000025%'")).await;
        sql(&db, "CREATE TABLE later (id integer)").await;
        let before = all(&t).await;
        match t.kind() {
            // A file is replaced as a whole, and all of it is in the backup of what was there.
            Kind::Sqlite => {
                let overwritten = restore(&t, &backup).await.expect("restore").overwritten.expect("what was there");
                assert_eq!((all(&t).await, overwritten.manifest.schema_version.as_deref()), (first, Some(later)));
                restore(&t, &overwritten).await.expect("and back");
            }
            Kind::Postgres => {
                let error = restore(&t, &backup).await.expect_err("too new");
                assert!(matches!(&error, Error::TooNew { .. }), "{error:?}");
                let taken = backup::take(&options(&t), Reason::Asked, &mut |_| {}).await;
                assert!(matches!(taken, Err(Error::TooNew { .. })));
            }
        }
        assert_eq!((all(&t).await, number(&db, "SELECT count(*) FROM later").await), (before, 0));
    }

    /// Readers go on until the restored rows are there, and see one state at a time.
    async fn beside_a_reader(t: TestDb) {
        let db = board(&t, Goal::Latest, 4).await;
        let backup = take(&t).await;
        sql(&db, "DELETE FROM board_users").await;
        let reader = t.raw().await;
        let read = tokio::spawn(async move {
            let mut seen = std::collections::BTreeSet::new();
            while !seen.contains(&4) {
                seen.insert(users(&reader).await);
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
            seen
        });
        restore(&t, &backup).await.expect("restore");
        assert!(read.await.expect("the reader").is_subset(&[0, 4].into()));
    }

    /// Whoever holds a lock that is needed ends it in time; nothing is changed.
    async fn while_somebody_writes(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let backup = take(&t).await;
        let tx = db.begin().await.expect("begin");
        tx.execute_unprepared("UPDATE board_users SET email = 'x'").await.expect("write");
        let mut options = options(&t);
        options.lock_timeout = std::time::Duration::from_millis(300);
        let error = backup::restore(&options, &backup, Careful::default(), &mut |_| {}).await.expect_err("busy");
        assert!(matches!(&error, Error::LockBusy { .. }) && error.exit_code() == 6, "{error:?}");
        tx.commit().await.expect("commit");
        assert_eq!(number(&db, "SELECT count(*) FROM board_users WHERE email = 'x'").await, 1);
        assert_eq!(number(&t.raw().await, "SELECT count(*) FROM board_users").await, 1);
    }

    /// What others made stays, and what of it stands on our tables is named and refused.
    async fn tables_of_others(t: TestDb) {
        let db = board(&t, Goal::Latest, 2).await;
        sql(&db, "CREATE TABLE customers (id integer PRIMARY KEY, name text)").await;
        sql(&db, "INSERT INTO customers VALUES (1, 'kept')").await;
        let backup = take(&t).await;
        sql(&db, "DELETE FROM board_users").await;
        match t.kind() {
            Kind::Sqlite => {
                // There they are in the backup: a file is one.
                restore(&t, &backup).await.expect("restore");
                assert_eq!((users(&db).await, number(&db, "SELECT count(*) FROM customers").await), (2, 1));
            }
            Kind::Postgres => beside_tables_of_others(&t, &db, &backup).await,
        }
    }
}

async fn beside_tables_of_others(t: &TestDb, db: &DatabaseConnection, backup: &Backup) {
    for (made, named, gone) in [
        ("CREATE VIEW people AS SELECT name FROM board_users", "view people", "DROP VIEW people"),
        (
            "CREATE MATERIALIZED VIEW people AS SELECT * FROM sprints",
            "materialized view people",
            "DROP MATERIALIZED VIEW people",
        ),
        (
            "ALTER TABLE customers ADD COLUMN u uuid CONSTRAINT fk_their_user REFERENCES board_users (id)",
            "foreign key fk_their_user of table customers",
            "ALTER TABLE customers DROP COLUMN u",
        ),
        (
            "CREATE FUNCTION f(u board_users) RETURNS int LANGUAGE sql AS 'SELECT 1'",
            "function f(board_users)",
            "DROP FUNCTION f(board_users)",
        ),
        ("CREATE PUBLICATION p FOR TABLE board_users", "in publication p", "DROP PUBLICATION p"),
    ] {
        sql(db, made).await;
        let error = restore(t, backup).await.expect_err("something depends on it");
        assert!(matches!(&error, Error::Dependents { .. }) && error.exit_code() == 14, "{error:?}");
        assert!(error.to_string().contains(named), "{error}");
        assert_eq!(error.verdict(), "Nothing was changed.");
        assert_eq!(users(db).await, 0);
        sql(db, gone).await;
    }
    sql(db, "CREATE TABLE customers_items (c integer REFERENCES customers)").await;
    restore(t, backup).await.expect("nothing of theirs is in the way");
    assert_eq!((users(db).await, number(db, "SELECT count(*) FROM customers").await), (2, 1));
}

on_postgres_empty! {
    /// In a schema of its own, beside tables of others with our names; rights that were given stay.
    why: "SQLite has neither schemas nor rights";
    async fn other_schemas_and_rights(t: TestDb) {
        let db = t.raw().await;
        sql(&db, "CREATE TABLE public.sprints (theirs integer); INSERT INTO public.sprints VALUES (7)").await;
        let mut options = options(&t);
        options.schema = Some("our_board".to_owned());
        runner::up(&options, Goal::Latest, &mut |_| {}).await.expect("up");
        let user = "INSERT INTO our_board.board_users VALUES ('00000000-0000-7000-8000-000000000001', 'our_board.x', NULL, now(), now())";
        sql(&db, user).await;
        sql(&db, "GRANT SELECT ON our_board.board_users TO PUBLIC; GRANT UPDATE (name) ON our_board.board_users TO PUBLIC; \
                  COMMENT ON TABLE our_board.board_users IS 'who; our_board.board_users'").await;
        let backup = backup::take(&options, Reason::Asked, &mut |_| {}).await.expect("take");
        let place = (callboard_migration::target::Kind::Postgres, Some("our_board"));
        let before = runner::describe(&db, place.0, place.1).await.expect("describe");
        sql(&db, "DELETE FROM our_board.board_users").await;
        backup::restore(&options, &backup, Careful::default(), &mut |_| {}).await.expect("restore");
        assert_eq!(runner::describe(&db, place.0, place.1).await.expect("describe"), before);
        assert_eq!(number(&db, "SELECT count(*) FROM our_board.board_users WHERE name = 'our_board.x'").await, 1);
        assert_eq!(number(&db, "SELECT theirs::bigint FROM public.sprints").await, 7);
        let rights = "SELECT count(*) FROM pg_class, aclexplode(relacl) AS a WHERE oid = 'our_board.board_users'::regclass \
                      AND a.grantee = 0 AND a.privilege_type = 'SELECT'";
        assert_eq!(number(&db, rights).await, 1);
        let column = "SELECT count(*) FROM pg_attribute, aclexplode(attacl) AS a WHERE attrelid = \
                      'our_board.board_users'::regclass AND attname = 'name' AND a.grantee = 0";
        assert_eq!(number(&db, column).await, 1);
        let comment = "SELECT length(obj_description('our_board.board_users'::regclass))::bigint";
        assert_eq!(number(&db, comment).await, 26);
        sql(&db, "DROP SCHEMA our_board CASCADE").await;
        backup::restore(&options, &backup, Careful::default(), &mut |_| {}).await.expect("into a schema that is gone");
        assert_eq!(runner::describe(&db, place.0, place.1).await.expect("describe"), before);
    }

    why: "SQLite has no roles";
    async fn a_role_that_may_not(t: TestDb) {
        let db = board(&t, Goal::Latest, 1).await;
        let backup = take(&t).await;
        let before = all(&t).await;
        let role = t.url().rsplit('/').next().expect("a name").replace("test", "role");
        sql(&db, &format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON ALL TABLES IN SCHEMA public TO {role}")).await;
        let mut options = options(&t);
        options.url = t.url().replace("postgres://postgres@", &format!("postgres://{role}@")).parse().expect("a URL");
        let error = backup::restore(&options, &backup, Careful::default(), &mut |_| {}).await.expect_err("no right");
        assert!(matches!(&error, Error::NoPrivilege { .. }) && error.exit_code() == 14, "{error:?}");
        assert!(error.hint().is_some_and(|h| h.contains("GRANT CREATE ON DATABASE ") && h.contains(&role)), "{error:?}");
        let error = backup::scratch(&options, &mut |_| {}).await.expect_err("no right");
        assert!(error.hint().is_some_and(|h| h.contains(&format!("ALTER ROLE \"{role}\" CREATEDB"))), "{error:?}");
        assert_eq!(all(&t).await, before);
        sql(&db, &format!("DROP OWNED BY {role}; DROP ROLE {role}")).await;
    }
}

on_sqlite_empty! {
    /// The journal mode of the file is another one than that of the backup.
    why: "PostgreSQL has one log, and no journal mode";
    async fn in_the_other_journal_mode(t: TestDb) {
        let db = board(&t, Goal::Latest, 3).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        db.close().await.expect("close");
        let mut db = SqliteConnection::connect(t.url()).await.expect("connect");
        db.execute("DELETE FROM board_users; PRAGMA journal_mode = DELETE").await.expect("leave WAL mode");
        db.close().await.expect("close");
        restore(&t, &backup).await.expect("with a rollback journal");
        assert_eq!(all(&t).await, before);
    }

    /// A file that is no database any more, or is gone, and what a writer left beside it: SQLite would remove that in
    /// silence. No other command touches it, and a restore keeps all of it.
    why: "PostgreSQL's files are the server's: no client finds what is left of them";
    async fn over_what_is_left_of_a_file(t: TestDb) {
        let db = board(&t, Goal::Latest, 3).await;
        let (backup, before) = (take(&t).await, all(&t).await);
        sql(&db, "UPDATE board_users SET updated_at = '2030-01-01 00:00:00+00:00'").await;
        let log = std::fs::read(t.dir().join("board.db-wal")).expect("what is not in the file yet");
        db.close().await.expect("close");
        let (garbage, stale) = ("no database ".repeat(1000).into_bytes(), "stale ".repeat(1000).into_bytes());
        let index = vec![7; 32768];
        let cases: [&[(&str, &Vec<u8>)]; 8] = [
            &[("", &garbage)],
            &[("", &garbage), ("-wal", &stale)],
            &[("", &garbage), ("-wal", &log)],
            &[("", &garbage), ("-wal", &log), ("-shm", &index)],
            &[("", &garbage), ("-journal", &stale)],
            &[("", &Vec::new()), ("-wal", &log)],
            &[("-wal", &log)],
            &[("-journal", &stale)],
        ];
        for case in cases {
            for ending in ["", "-wal", "-shm", "-journal"] {
                // Not all of them are there.
                let _ = std::fs::remove_file(t.dir().join(format!("board.db{ending}")));
            }
            for (ending, bytes) in case {
                std::fs::write(t.dir().join(format!("board.db{ending}")), bytes).expect("write");
            }
            let endings: Vec<_> = case.iter().map(|(ending, bytes)| (*ending, bytes.len())).collect();
            let read = |dir: &Path| -> Vec<_> {
                case.iter().map(|(ending, _)| std::fs::read(dir.join(format!("board.db{ending}"))).ok()).collect()
            };
            let left: Vec<_> = case.iter().map(|(_, bytes)| Some((*bytes).clone())).collect();
            if case[0].1 == &garbage {
                for args in [
                    &["up"][..], &["up", "--dry-run"], &["down"], &["status"], &["verify"], &["backup"], &["baseline"],
                ] {
                    let output = t.migration(args.iter().copied()).run();
                    assert!(output.exit != Some(0) && output.exit != Some(1), "{endings:?}: {output}");
                    assert_eq!(read(t.dir()), left, "{endings:?}: {output}");
                }
            }
            let others = names(&folder(&t));
            let restored = restore(&t, &backup).await.unwrap_or_else(|error| panic!("{endings:?}: {error:?}"));
            let moved = restored.moved.unwrap_or_else(|| panic!("{endings:?} is not kept"));
            assert_eq!(read(&moved), left, "{endings:?}");
            assert_eq!(names(&moved).len(), case.len(), "{:?}", names(&moved));
            // There was nothing that a backup could be taken of.
            assert!(restored.overwritten.is_none() && names(&folder(&t)) == others, "{endings:?}");
            assert_eq!(all(&t).await, before, "{endings:?}");
        }
        std::fs::write(t.dir().join("board.db"), &garbage).expect("write");
        let restore = ["restore", &backup.manifest.id, "--yes", "--backup-dir", "backups"];
        let output = t.migration(restore).run().ok();
        assert!(output.stdout.contains("What was there could not be read; it is in "), "{output}");
        assert!(!output.stdout.contains("What was there is in "), "{output}");
        assert_eq!(all(&t).await, before);
    }
}

on_postgres_empty! {
    /// A copy to try a migration on: alike, and gone afterwards, however that comes.
    why: "a copy of a SQLite database is a file, of which the dry run's tests see that it goes";
    async fn a_scratch_copy(t: TestDb) {
        let db = board(&t, Goal::To("12".into()), 3).await;
        let before = all(&t).await;
        let stale = "callboard_dryrun_00000001_000000000abc";
        sql(&db, &format!("CREATE DATABASE {stale}")).await;
        let copies = "SELECT count(*) FROM pg_database WHERE datname LIKE 'callboard\\_dryrun\\_%' AND \
                      datname NOT IN (SELECT datname FROM pg_stat_activity WHERE datname IS NOT NULL)";
        let of = |name: &str| format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'");
        assert!(number(&db, copies).await >= 1);
        // Another run, of more than an hour.
        let (busy, url) = ("callboard_dryrun_00000002_000000000abd", t.url().rsplit_once('/').expect("a URL").0);
        sql(&db, &format!("CREATE DATABASE {busy}")).await;
        let there = sea_orm::Database::connect(format!("{url}/{busy}")).await.expect("connect");
        let copy = backup::scratch(&options(&t), &mut |_| {}).await.expect("copy");
        assert_eq!(number(&db, &of(stale)).await, 0, "an old one is swept");
        assert_eq!((number(&db, &of(busy)).await, number(&there, "SELECT 1::bigint").await), (1, 1), "it is in use");
        there.close().await.expect("close");
        sql(&db, &format!("DROP DATABASE IF EXISTS {busy}")).await;
        let name = copy.url.to_string().rsplit('/').next().expect("a name").to_owned();
        let mut there = options(&t);
        there.url = copy.url.clone();
        there.backups.before_changes = false;
        let raw = sea_orm::Database::connect(copy.url.expose_secret()).await.expect("connect");
        let kind = callboard_migration::target::Kind::Postgres;
        assert_eq!(runner::describe(&raw, kind, None).await.expect("describe"), describe(&t).await);
        assert_eq!(users(&raw).await, 3);
        raw.close().await.expect("close");
        runner::up(&there, Goal::Latest, &mut |_| {}).await.expect("up on the copy");
        copy.close().await.expect("close");
        assert_eq!(number(&db, &of(&name)).await, 0);
        let copy = backup::scratch(&options(&t), &mut |_| {}).await.expect("copy");
        let name = copy.url.to_string().rsplit('/').next().expect("a name").to_owned();
        assert_eq!(number(&db, &of(&name)).await, 1);
        drop(copy);
        assert_eq!((number(&db, &of(&name)).await, all(&t).await), (0, before));
    }
}
