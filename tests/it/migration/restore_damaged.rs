//! A SQLite file that is damaged can be restored, whatever of it can still be read, and none of it is lost.

use std::fs::OpenOptions;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};

use callboard_migration::Error;
use callboard_migration::runner::{self, Goal};
use sea_orm::ConnectionTrait;
use support::shim::{Fault, inject};
use support::{Kind, TestDb, both_empty, on_sqlite_empty, scratch_dir};

use super::common::{number, sql};
use super::saved::{add_users, all, board, mode, names, options, restore, take, users};

on_sqlite_empty! {
    /// Damaged in its pages, in its length, in its schema, or from the first byte on.
    why: "PostgreSQL's files are the server's: no client can reach their pages";
    async fn every_kind_of_damage_can_be_restored_over(t: TestDb) {
        let file = path(&t);
        for (what, damage) in [("pages", pages as fn(&Path)), ("length", cut), ("schema", schema), ("all", nothing)] {
            let db = board(&t, Goal::Latest, 3).await;
            db.close().await.expect("close");
            let (backup, before) = (take(&t).await, all(&t).await);
            let db = t.raw().await;
            add_users(&t, &db, 4..=2_000).await;
            sql(&db, "PRAGMA wal_checkpoint(TRUNCATE)").await;
            db.close().await.expect("close");
            damage(&file);
            let broken = std::fs::read(&file).expect("read");
            let error = runner::up(&options(&t), Goal::Latest, &mut |_| {}).await;
            if !matches!(what, "pages") {
                // With nothing to do, pages are not looked at.
                let code = error.expect_err("damaged").exit_code();
                assert!(matches!(code, 11 | 18), "{what}: {code}");
            }
            assert!(std::fs::read(&file).expect("read") == broken, "{what}: it was written to");
            let restored = restore(&t, &backup).await.unwrap_or_else(|e| panic!("{what}: {e:?}"));
            assert_eq!(all(&t).await, before, "{what}");
            assert!(restored.overwritten.is_none(), "{what}: damaged pages make no backup");
            let kept = restored.moved.unwrap_or_else(|| panic!("{what}: nothing was kept"));
            assert_eq!((mode(&kept), mode(&kept.join("board.db"))), (0o700, 0o600), "{what}");
            let found = std::fs::read(kept.join("board.db")).expect("read");
            // SQLite's copy counts a change of its own in the header.
            let from = if what == "pages" { 4096 } else { 0 };
            assert!(found[from..] == broken[from..], "{what}: other bytes were kept");
            assert!(!names(t.dir()).contains(&".board.db.restoring".to_owned()), "{what}");
            std::fs::remove_dir_all(kept).expect("remove");
            std::fs::remove_file(&file).expect("remove");
        }
    }

    /// A change begins with a backup, and damaged pages make none: it is the database that is named, not the backup.
    why: "PostgreSQL's files are the server's: no client can reach their pages";
    async fn a_change_of_a_damaged_one_is_refused(t: TestDb) {
        let db = board(&t, Goal::To("12".into()), 3).await;
        add_users(&t, &db, 4..=2_000).await;
        sql(&db, "PRAGMA wal_checkpoint(TRUNCATE)").await;
        db.close().await.expect("close");
        pages(&path(&t));
        let output = t.migration(["up", "--backup-dir", "backups"]).run().code(11);
        assert!(output.stderr.contains("the database is damaged") && !output.stderr.contains("backup:"), "{output}");
        assert!(output.stderr.ends_with("Nothing was changed.\n"), "{output}");
        assert_eq!(names(&t.dir().join("backups")), Vec::<String>::new());
    }

    /// Until the new file has the name, nothing has changed.
    why: "PostgreSQL's files are the server's: no client can reach their pages";
    async fn a_failed_one_leaves_the_file_in_its_place(t: TestDb) {
        board(&t, Goal::Latest, 3).await.close().await.expect("close");
        let backup = take(&t).await;
        let file = path(&t);
        nothing(&file);
        std::fs::write(with(&file, "-wal"), "theirs").expect("write");
        let before = (std::fs::read(&file).expect("read"), names(t.dir()));
        let logs = scratch_dir();
        for n in 1..4 {
            let program = t.migration(["restore", "--yes", "--backup-dir", "backups", &backup.manifest.id]);
            let output = inject(program, Fault::NoSpace(n), &logs.path().join("log")).run();
            assert!(matches!(output.exit, Some(1 | 8)), "{output}");
            assert!(output.stderr.ends_with("Nothing was changed.\n"), "{output}");
            assert!((std::fs::read(&file).expect("read"), names(t.dir())) == before, "{output}{:?}", names(t.dir()));
        }
        let output = t.migration(["restore", "--yes", "--backup-dir", "backups", &backup.manifest.id]).run().ok();
        assert!(output.stdout.contains("What was there could not be read; it is in "), "{output}");
        assert_eq!(users(&t.raw().await).await, 3);
    }

    /// An application of another user may have the file: the new one is as much its as the old one was.
    why: "PostgreSQL has roles, at whose rights the tests of restore_rights look";
    async fn its_owner_and_its_mode_stay(t: TestDb) {
        board(&t, Goal::Latest, 3).await.close().await.expect("close");
        let (backup, file) = (take(&t).await, path(&t));
        nothing(&file);
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o664)).expect("let the group write");
        if rustix::process::geteuid().is_root() {
            std::os::unix::fs::chown(&file, Some(65_534), Some(65_534)).expect("give it away");
        }
        let rights = || {
            let meta = std::fs::metadata(&file).expect("there");
            (meta.mode() & 0o7777, meta.uid(), meta.gid())
        };
        let before = rights();
        restore(&t, &backup).await.expect("restore");
        assert_eq!((rights(), users(&t.raw().await).await), (before, 3));
    }
}

both_empty! {
    /// An application that makes what it misses as soon as it sees the restored board is not undone.
    async fn what_others_write_right_after_it_stays(t: TestDb) {
        let db = board(&t, Goal::Latest, 3).await;
        let backup = take(&t).await;
        // The backup holds neither; on PostgreSQL the table is the neighbour's, and only the index has to be made again.
        let make = "CREATE TABLE IF NOT EXISTS theirs (id integer); CREATE INDEX IF NOT EXISTS mine ON board_users (email)";
        sql(&db, make).await;
        let there = match t.kind() {
            Kind::Sqlite => "SELECT count(*) FROM sqlite_schema WHERE name IN ('theirs', 'mine')",
            Kind::Postgres => "SELECT count(*) FROM pg_class WHERE relname IN ('theirs', 'mine') AND \
                               relnamespace = 'public'::regnamespace",
        };
        let (stop, url) = (std::sync::atomic::AtomicBool::new(false), t.url().to_owned());
        let (made, results) = std::thread::scope(|scope| {
            let app = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                runtime.block_on(async {
                    let db = sea_orm::Database::connect(&url).await.expect("connect");
                    loop {
                        match db.execute_unprepared(make).await {
                            Ok(_) if stop.load(std::sync::atomic::Ordering::SeqCst) => break,
                            Ok(_) => {}
                            // Whoever waited for a table that was replaced meanwhile is told so, and comes again.
                            Err(error) => assert_eq!(t.kind(), Kind::Postgres, "{error}"),
                        }
                    }
                    number(&db, there).await
                })
            });
            // The test's own thread belongs to a runtime already.
            let restores = scope.spawn(|| {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
                (0..10).map(|_| runtime.block_on(restore(&t, &backup)).map(drop)).collect::<Vec<_>>()
            });
            let results = restores.join();
            stop.store(true, std::sync::atomic::Ordering::SeqCst);
            (app.join().expect("the app"), results.expect("the restores"))
        });
        assert!(results.iter().any(Result::is_ok), "nothing was restored, so nothing was shown: {results:?}");
        for result in results {
            // Without a quiet moment it gives up; it undoes nothing.
            assert!(matches!(&result, Ok(()) | Err(Error::LockBusy { .. })), "{result:?}");
        }
        assert_eq!((made, users(&db).await), (2, 3));
    }
}

fn path(t: &TestDb) -> PathBuf {
    options(t).url.sqlite_path().expect("a file").to_owned()
}

fn with(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

fn write(path: &Path, bytes: &[u8], at: u64) {
    OpenOptions::new().write(true).open(path).expect("open").write_all_at(bytes, at).expect("write");
}

/// The last pages, which hold the rows that came last.
fn pages(path: &Path) {
    let size = std::fs::metadata(path).expect("there").len();
    for page in 2..12 {
        write(path, &[0xa5; 4096], size - page * 4096);
    }
}

fn cut(path: &Path) {
    let file = OpenOptions::new().write(true).open(path).expect("open");
    file.set_len(file.metadata().expect("there").len() / 10 * 6 / 4096 * 4096).expect("cut it");
}

/// The first page's content, behind the header.
fn schema(path: &Path) {
    write(path, &[0xa5; 3000], 100);
}

fn nothing(path: &Path) {
    let size = usize::try_from(std::fs::metadata(path).expect("there").len()).expect("a size");
    write(path, &vec![0x5a; size], 0);
}
