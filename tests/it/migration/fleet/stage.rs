//! A folder of projects, each with a database that is an application's own and holds an older board.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use callboard_migration::runner::{self, Goal, HISTORY_TABLE, Options};
use callboard_migration::target::DatabaseUrl;
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
use serde_json::Value;
use support::cli::{Output, Program, migration};
use support::scratch_dir;

use crate::migration::common::sql;

/// The newest version of the template, so that a run has a few steps to do.
pub const BEGIN: &str = "22";

/// How many migrations there are; read by each test, since it rises with the schema.
pub fn newest() -> usize {
    callboard_migration::history().len()
}

pub struct Fleet {
    pub dir: tempfile::TempDir,
}

impl Fleet {
    /// `p001`, `p002`, ...: copies of one database, each with its own name in it.
    pub fn new(count: usize) -> Self {
        Self::below(scratch_dir(), count)
    }

    /// As [`Fleet::new`], for more than should be in memory.
    pub fn on_disk(count: usize) -> Self {
        Self::below(tempfile::tempdir().expect("make a temporary folder"), count)
    }

    fn below(dir: tempfile::TempDir, count: usize) -> Self {
        let fleet = Self { dir };
        for number in 1..=count {
            let path = fleet.path(&name(number));
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("make the folder");
            std::fs::write(&path, template()).expect("write the database");
        }
        fleet
    }

    pub fn path(&self, project: &str) -> PathBuf {
        self.dir.path().join("projects").join(project).join("project.db")
    }

    pub fn run<const N: usize>(&self, args: [&str; N]) -> Program {
        migration(self.dir.path()).arg("fleet").args(args).args(["--root", "."])
    }

    /// Everything below the root but what SQLite and the locks leave: each path with its bytes.
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut out = BTreeMap::new();
        let mut folders = vec![self.dir.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("list").map(|e| e.expect("an entry")) {
                let name = entry.path().strip_prefix(self.dir.path()).expect("below").display().to_string();
                if entry.file_type().expect("its kind").is_dir() {
                    folders.push(entry.path());
                } else {
                    out.insert(name, std::fs::read(entry.path()).unwrap_or_default());
                }
            }
        }
        out
    }
}

pub fn name(number: usize) -> String {
    format!("p{number:03}")
}

/// Runs on a database, by a connection of its own that is closed after.
pub fn on<T>(path: &Path, work: impl AsyncFnOnce(&DatabaseConnection) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let mut options = sea_orm::ConnectOptions::new(format!("sqlite://{}?mode=rwc", path.display()));
        options.max_connections(1).sqlx_logging(false);
        let db = sea_orm::Database::connect(options).await.expect("open the database");
        let out = work(&db).await;
        db.close().await.expect("close");
        out
    })
}

/// The versions that are applied, with the time of each.
pub fn history(path: &Path) -> Vec<String> {
    on(path, async |db| {
        lines(db, &format!("SELECT version || ' ' || applied_at AS line FROM {HISTORY_TABLE} ORDER BY 1")).await
    })
}

/// All that is the application's: its schema, its rows, and the journal mode.
pub fn of_the_app(path: &Path) -> Vec<String> {
    on(path, async |db| {
        let mut out = Vec::new();
        for sql in [
            "SELECT type || name || coalesce(sql, '') AS line FROM sqlite_schema WHERE tbl_name LIKE 'app%' ORDER BY 1",
            "SELECT id || ' ' || name || ' ' || hex(data) AS line FROM app_notes ORDER BY id",
            "SELECT 'log ' || count(*) AS line FROM app_log",
            "SELECT journal_mode AS line FROM pragma_journal_mode",
        ] {
            out.extend(lines(db, sql).await);
        }
        out
    })
}

pub async fn lines(db: &DatabaseConnection, text: &str) -> Vec<String> {
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), text)).await;
    let rows = rows.unwrap_or_else(|e| panic!("{text}: {e}"));
    rows.iter().map(|r| r.try_get_by_index(0).expect("a text")).collect()
}

/// The objects that a run printed with `--json`.
pub fn objects(output: &Output) -> Vec<Value> {
    let objects = output.stdout.lines().map(|l| serde_json::from_str(l).unwrap_or_else(|e| panic!("{e}\n{output}")));
    let objects: Vec<Value> = objects.collect();
    assert!(objects.iter().all(|o| o["schema_version"] == 1), "{output}");
    objects
}

/// The last object: the summary.
pub fn summary(output: &Output) -> Value {
    let last = objects(output).pop().expect("an object");
    assert_eq!(last["kind"], "summary", "{output}");
    last
}

/// Each project's outcome of a summary, with its exit code.
pub fn outcomes(summary: &Value) -> BTreeMap<String, (String, u64)> {
    let outcomes = summary["outcomes"].as_array().expect("outcomes").iter();
    let text = |v: &Value| v.as_str().expect("a text").to_owned();
    outcomes.map(|o| (text(&o["project"]), (text(&o["outcome"]), o["exit_code"].as_u64().expect("a code")))).collect()
}

fn template() -> &'static [u8] {
    static TEMPLATE: OnceLock<Vec<u8>> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let dir = scratch_dir();
        let path = dir.path().join("template.db");
        on(&path, async |db| {
            for text in [
                "PRAGMA journal_mode = DELETE",
                "CREATE TABLE app_notes (id integer PRIMARY KEY, name text NOT NULL, data blob)",
                "CREATE TABLE app_log (at text)",
                "CREATE INDEX app_notes_name ON app_notes (name)",
                "CREATE TRIGGER app_notes_log AFTER UPDATE ON app_notes BEGIN INSERT INTO app_log VALUES ('x'); END",
                "INSERT INTO app_notes VALUES (1, 'été', x'00ff'), (2, '', NULL), (3, 'kept', x'')",
            ] {
                sql(db, text).await;
            }
            let options = Options::new(DatabaseUrl::sqlite(&path));
            runner::up(&options, Goal::To(BEGIN.to_owned()), &mut |_| {}).await.expect("up");
            let now = "'2026-01-01T00:00:00+00:00'";
            sql(db, &format!("INSERT INTO board_users VALUES (randomblob(16), 'Ada', NULL, {now}, {now})")).await;
        });
        std::fs::read(&path).expect("read the template")
    })
}
