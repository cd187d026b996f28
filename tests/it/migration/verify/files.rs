//! `verify` leaves every byte of a SQLite file, and every file beside it, as it is.

use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection};
use support::cli::{Output, migration};
use support::{plain, scratch_dir};

plain! {
    fn a_file_at_rest() {
        let dir = scratch_dir();
        board(dir.path());
        verified(dir.path(), 0);
    }

    fn a_file_that_nobody_may_write_to() {
        let dir = scratch_dir();
        board(dir.path());
        mode(&dir.path().join("board.db"), 0o444);
        verified(dir.path(), 0);
    }

    /// As a user who owns neither the file nor its folder: root may write wherever it likes.
    fn a_folder_that_is_read_only() {
        let dir = scratch_dir();
        board(dir.path());
        // The folders above the scratch directory and above the binary may be closed to others.
        let open = tempfile::tempdir().expect("make a folder");
        let test = std::env::current_exe().expect("name the test binary");
        let built = test.ancestors().nth(2).expect("a target folder");
        copy(built, open.path(), &["migration"]);
        let folder = open.path().join("read-only");
        std::fs::create_dir(&folder).expect("make a folder");
        copy(dir.path(), &folder, &["board.db"]);
        for (path, bits) in [("", 0o755), ("migration", 0o755), ("read-only/board.db", 0o444), ("read-only", 0o555)] {
            mode(&open.path().join(path), bits);
        }
        let before = state(&folder);
        let as_other = |program: &Path, argument: &str| {
            let mut command = Command::new(program);
            command.args([argument, "--database-url", "sqlite://board.db"]).current_dir(&folder).env_clear();
            if rustix::process::getuid().is_root() {
                command.uid(65_534).gid(65_534);
            }
            let output = command.output().expect("run it");
            let text = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
            (output.status.code(), text)
        };
        let (code, text) = as_other(&open.path().join("migration"), "verify");
        assert!(code == Some(0) && text.ends_with("Nothing is wrong.\n"), "{text}");
        assert_eq!(state(&folder), before);
        let (code, text) = as_other(&open.path().join("migration"), "up");
        assert!(code == Some(18) && text.contains("read-only"), "that user could write: {text}");
        mode(&folder, 0o755);
    }

    /// A process that died leaves a WAL: what is in it alone is seen, and stays in it alone.
    fn a_wal_that_was_left() {
        let dir = scratch_dir();
        board(dir.path());
        let left = scratch_dir();
        run(async {
            let db = open(&dir.path().join("board.db")).await;
            db.execute_unprepared("ALTER TABLE sprints ADD COLUMN extra text").await.expect("write into the WAL");
            copy(dir.path(), left.path(), &["board.db", "board.db-wal", "board.db-shm"]);
        });
        let without_wal = scratch_dir();
        copy(left.path(), without_wal.path(), &["board.db"]);
        verified(without_wal.path(), 0);
        let output = verified(left.path(), 4);
        assert!(output.stdout.contains("sprints, column extra: found TEXT, expected nothing"), "{output}");
    }

    /// Another process has the database open, and goes on with it.
    fn a_database_in_use() {
        let dir = scratch_dir();
        board(dir.path());
        run(async {
            let db = open(&dir.path().join("board.db")).await;
            db.execute_unprepared("CREATE TABLE theirs (a text)").await.expect("write");
            let size = || std::fs::metadata(dir.path().join("board.db-wal")).expect("a WAL").len();
            let before = size();
            look(dir.path()).code(0);
            assert_eq!(size(), before, "the WAL is not written back");
            db.execute_unprepared("INSERT INTO theirs VALUES ('x')").await.expect("write after it");
        });
    }

    /// What an interrupted write changed can't be read before it is undone: that is said, and left to a writer.
    fn a_hot_journal() {
        let dir = scratch_dir();
        board(dir.path());
        let left = scratch_dir();
        run(async {
            let db = open(&dir.path().join("board.db")).await;
            for sql in [
                "PRAGMA journal_mode = DELETE",
                "PRAGMA cache_size = 2",
                "CREATE TABLE theirs (a blob)",
                "BEGIN IMMEDIATE",
                "UPDATE callboard_migrations SET checksum = 'x'",
                "INSERT INTO theirs SELECT randomblob(2000) FROM callboard_migrations, callboard_migrations",
            ] {
                db.execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
            }
            copy(dir.path(), left.path(), &["board.db", "board.db-journal"]);
        });
        let before = state(left.path());
        let output = migration(left.path()).args(["verify", "--database-url", "sqlite://board.db"]).run().code(18);
        assert!(output.stderr.contains("has the journal of an interrupted write beside it"), "{output}");
        assert_eq!(state(left.path()), before);
        migration(left.path()).args(["up", "--database-url", "sqlite://board.db"]).run().ok();
        verified(left.path(), 0);
    }

    /// Pages that can't be read are what is found, whichever check comes upon them.
    fn damaged_pages() {
        let dir = scratch_dir();
        board(dir.path());
        let file = dir.path().join("board.db");
        let mut bytes = std::fs::read(&file).expect("read the file");
        let size = bytes.len();
        assert!(size > 100 * 4096, "{size}");
        // Some pages in the middle; the first one holds the header.
        for page in [20, 40, 60, 80] {
            bytes[page * 4096..page * 4096 + 2000].fill(0xee);
        }
        std::fs::write(&file, &bytes).expect("damage the file");
        let output = verified(dir.path(), 11);
        assert!(output.stdout.contains("\n  pages: found "), "{output}");
    }
}

/// Verifies, with this exit code, and nothing is changed by it: no byte, no time, no file.
fn verified(dir: &Path, code: i32) -> Output {
    let before = state(dir);
    let output = look(dir).code(code);
    assert_eq!(state(dir), before, "{output}");
    output
}

fn look(dir: &Path) -> Output {
    migration(dir).args(["verify", "--database-url", "sqlite://board.db"]).run()
}

fn board(dir: &Path) {
    migration(dir).args(["up", "--database-url", "sqlite://board.db"]).run().ok();
    std::fs::remove_file(dir.join(".board.db.migrate.lock")).expect("remove the lock file");
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("set the mode");
}

/// Name, length, modification time and bytes of each file. The index of a WAL is a cache, of which SQLite keeps only
/// that it is there.
fn state(dir: &Path) -> Vec<(String, i64, i64, Vec<u8>)> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(dir).expect("list").map(|e| e.expect("an entry")) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let meta = entry.metadata().expect("look at it");
        if name.ends_with("-shm") {
            out.push((name, 0, 0, Vec::new()));
        } else {
            out.push((name, meta.mtime(), meta.mtime_nsec(), std::fs::read(entry.path()).expect("read")));
        }
    }
    out.sort();
    out
}

/// By another process: closing a file of a database that is open here would drop SQLite's locks.
fn copy(from: &Path, to: &Path, names: &[&str]) {
    for name in names {
        let copied = Command::new("cp").arg(from.join(name)).arg(to).status().expect("run cp");
        assert!(copied.success(), "{name}");
    }
}

async fn open(file: &Path) -> DatabaseConnection {
    let mut options = ConnectOptions::new(format!("sqlite://{}", file.display()));
    options.max_connections(1).min_connections(1).sqlx_logging(false);
    Database::connect(options).await.expect("open the board")
}

fn run(body: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(body);
}
