//! Another application's tables in the same file: what only it can read, and its own broken rows, stop nothing.

use std::path::Path;

use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteConnection};
use sea_orm::sqlx::{AssertSqlSafe, Connection, Executor};
use support::cli::{Output, migration};
use support::{plain, scratch_dir};

/// A collation, functions in a CHECK and in an index, a key and a generated column that only their program has.
const UNREADABLE: &str = "
    CREATE TABLE theirs (id INTEGER PRIMARY KEY, a TEXT COLLATE APP, b TEXT NOT NULL, c TEXT CHECK (length(c) < 9));
    CREATE INDEX ix_theirs_a ON theirs (a);
    CREATE INDEX ix_theirs_b ON theirs (abs(b));
    CREATE TABLE keyed (a TEXT COLLATE APP PRIMARY KEY, b TEXT) WITHOUT ROWID;
    CREATE TABLE made (a TEXT, b AS (upper(a)));
    CREATE TABLE plain (a TEXT);
    INSERT INTO theirs (a, b, c) VALUES ('x', '1', 'y'), ('z', '2', NULL);
    INSERT INTO keyed VALUES ('x', '1'), ('y', '2');
    INSERT INTO made (a) VALUES ('x');
    INSERT INTO plain VALUES ('x');
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(replace(replace(sql, 'length(', 'app_length('), 'abs(', 'app_abs('), 'upper(', 'app_upper(')
        WHERE name IN ('theirs', 'ix_theirs_b', 'made');
    PRAGMA writable_schema = RESET";

/// Rows that their own NOT NULL and CHECK would refuse.
const BROKEN: &str = "
    CREATE TABLE theirs (a TEXT, b TEXT CHECK (b <> 'no'));
    PRAGMA ignore_check_constraints = ON;
    INSERT INTO theirs VALUES (NULL, 'no');
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'a TEXT', 'a TEXT NOT NULL') WHERE name = 'theirs';
    PRAGMA writable_schema = RESET";

/// So many that SQLite's check stops, and one of ours.
const MANY: &str = "
    CREATE TABLE theirs (a TEXT);
    WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1200) INSERT INTO theirs SELECT NULL FROM n;
    PRAGMA writable_schema = ON;
    UPDATE sqlite_schema SET sql = replace(sql, 'a TEXT', 'a TEXT NOT NULL') WHERE name = 'theirs';
    UPDATE sqlite_schema SET sql = replace(sql, '\"goal\" text NULL', '\"goal\" text NOT NULL') WHERE name = 'sprints';
    PRAGMA writable_schema = RESET";

/// A sprint whose status the CHECK refuses.
const SPRINTS: &str = "
    PRAGMA ignore_check_constraints = ON;
    INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, created_at, updated_at)
        VALUES (x'01930000000070008000000000000002', 'p', 'P', 'P', 1, 1, 'active', '2026-11-21T12:00:00+00:00', '2026-11-21T12:00:00+00:00');
    INSERT INTO sprints (id, project_id, code, title, status, created_at, updated_at)
        VALUES (x'01930000000070008000000000000003', x'01930000000070008000000000000002', '1', 'One', 'late',
        '2026-11-21T12:00:00+00:00', '2026-11-21T12:00:00+00:00')";

plain! {
    fn what_only_their_program_can_read() {
        let dir = scratch_dir();
        taken_along(dir.path(), UNREADABLE);
        let output = run(dir.path(), &["verify"]).code(0);
        for table in ["theirs", "keyed"] {
            assert!(output.stdout.contains(&format!("\nnot ours      {table}: can't be checked here (")), "{output}");
        }
        assert!(!output.stdout.contains("made") && !output.stdout.contains("plain"), "{output}");
        ours_is_still_found(dir.path());
    }

    fn rows_that_break_their_own_rules() {
        let dir = scratch_dir();
        taken_along(dir.path(), BROKEN);
        let output = run(dir.path(), &["verify"]).code(0);
        assert!(output.stdout.contains("\nnot ours      NULL value in theirs.a\n"), "{output}");
        let json = run(dir.path(), &["verify", "--json"]).code(0).json();
        let others = ["CHECK constraint failed in theirs", "NULL value in theirs.a"];
        assert_eq!(json["others"], serde_json::json!(others), "{json}");
        ours_is_still_found(dir.path());
    }

    /// More complaints than SQLite's check gives at once hide none about ours.
    fn many_of_theirs_hide_none_of_ours() {
        let dir = scratch_dir();
        board(dir.path());
        run(dir.path(), &["up"]).ok();
        write(dir.path(), &SPRINTS.replace("'late'", "'active'"));
        for name in ["theirs", "a", "m", "zz", "notes", "more"] {
            write(dir.path(), &MANY.replace("theirs", name));
        }
        let output = run(dir.path(), &["verify"]).code(11);
        assert!(output.stdout.contains("sprints, column goal: found NULL value in sprints.goal"), "{output}");
    }

    /// A page of theirs is a page of the file.
    fn a_damaged_page_of_theirs() {
        let dir = scratch_dir();
        board(dir.path());
        write(dir.path(), UNREADABLE);
        let damaged = "CREATE TABLE big (a TEXT); WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9999) \
            INSERT INTO big SELECT hex(randomblob(40)) FROM n; PRAGMA wal_checkpoint(TRUNCATE)";
        write(dir.path(), damaged);
        let file = dir.path().join("board.db");
        let mut bytes = std::fs::read(&file).expect("read the file");
        let at = bytes.len() - 4 * 4096;
        bytes[at..at + 2000].fill(0xee);
        std::fs::write(&file, &bytes).expect("damage the file");
        let output = run(dir.path(), &["verify"]).code(11);
        assert!(output.stdout.contains("pages: found "), "{output}");
        assert!(run(dir.path(), &["up"]).exit.is_some_and(|code| code != 0));
    }
}

/// From version 12 to the newest with a backup, down and up again, restored, and taken over by `baseline`.
fn taken_along(dir: &Path, theirs: &str) {
    board(dir);
    write(dir, theirs);
    let output = run(dir, &["up"]).ok();
    assert!(output.stderr.contains("backup") || output.stdout.contains("backup"), "{output}");
    run(dir, &["backup"]).ok();
    run(dir, &["down", "--steps", "3", "--yes-lose-data"]).ok();
    run(dir, &["up", "--dry-run"]).ok();
    run(dir, &["up"]).ok();
    let listed = run(dir, &["backups", "--json"]).ok();
    let id = listed.stdout.lines().filter_map(|l| l.split("\"id\":\"").nth(1)).next().expect("a backup");
    run(dir, &["restore", id.split('"').next().expect("an id"), "--yes"]).ok();
    run(dir, &["up"]).ok();
    write(dir, "CREATE TABLE kept AS SELECT * FROM callboard_migrations; DROP TABLE callboard_migrations");
    run(dir, &["baseline"]).ok();
    write(dir, "DROP TABLE kept");
}

fn ours_is_still_found(dir: &Path) {
    write(dir, SPRINTS);
    let output = run(dir, &["verify"]).code(11);
    assert!(output.stdout.contains("check ck_sprints_status: found status late"), "{output}");
    assert!(output.stdout.contains("\n1 thing is wrong.\n"), "{output}");
}

fn board(dir: &Path) {
    run(dir, &["up", "--to", "12"]).ok();
    write(
        dir,
        "INSERT INTO board_users (id, name, created_at, updated_at) VALUES (x'01930000000070008000000000000001', 'ada', \
         '2026-11-21T12:00:00+00:00', '2026-11-21T12:00:00+00:00')",
    );
}

fn run(dir: &Path, args: &[&str]) -> Output {
    migration(dir).args(args).args(["--database-url", "sqlite://board.db"]).run()
}

/// By the application, which has its collation.
fn write(dir: &Path, sql: &str) {
    let options = SqliteConnectOptions::new().filename(dir.join("board.db")).collation("APP", |a, b| b.cmp(a));
    let body = async {
        let mut db = SqliteConnection::connect_with(&options).await.expect("open the board");
        db.execute(AssertSqlSafe(sql.to_owned())).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        db.close().await.expect("close");
    };
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(body);
}
