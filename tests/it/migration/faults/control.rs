//! The control: the same steps with each statement on its own, as a runner without a transaction applies them.

use std::path::Path;
use std::sync::OnceLock;

use callboard_migration::runner::HISTORY_TABLE;
use callboard_migration::{history, target};
use sea_orm::{ConnectOptions, ConnectionTrait, Database};
use sea_orm_migration::SchemaManager;
use support::child;
use support::cli::Program;
use support::shim::{Calls, Fault};

use super::each;
use super::scenario::{Direction, Scenario, url};
use super::state::Verdict;

/// The control's program for the file of a scenario that lies in this directory.
pub fn program(scenario: &Scenario, dir: &Path) -> Program {
    let file = url(&dir.join("board.db"));
    let direction = if scenario.direction == Direction::Up { "up" } else { "down" };
    autocommit(dir).args([file, direction.to_owned(), scenario.stage.to_string()])
}

/// The control's program; its arguments are those of the body below.
pub fn any(dir: &Path) -> Program {
    autocommit(dir)
}

child! {
    /// Takes a database of a URL `up` to the newest version, or `down` to one of so many steps, which is not 0.
    async fn autocommit(args: Vec<String>) {
        let [url, direction, stage] = &args[..] else { panic!("a URL, a direction and a stage: {args:?}") };
        let stage = stage.parse().expect("a number");
        without_transaction(url, if direction == "up" { Direction::Up } else { Direction::Down }, stage).await;
    }
}

/// Takes a database up from, or down to, a version of so many steps.
pub async fn without_transaction(url: &str, direction: Direction, stage: usize) {
    let kind = if url.starts_with("sqlite") { target::Kind::Sqlite } else { target::Kind::Postgres };
    let mut options = ConnectOptions::new(url);
    options.max_connections(1).sqlx_logging(false).map_sqlx_sqlite_opts(|sqlite| sqlite.foreign_keys(false));
    let db = Database::connect(options).await.expect("connect");
    let manager = SchemaManager::new(&db);
    let steps = history();
    let run = async |sql: String| {
        db.execute_unprepared(&sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
    };
    if direction == Direction::Up {
        for (number, step) in (1..).zip(&steps[stage..]) {
            // As the product says it with --json, so that a test can wait for it.
            println!("\"kind\":\"started\",\"number\":{number},");
            step.migration().up(&manager).await.expect("up");
            run(format!(
                "INSERT INTO {HISTORY_TABLE} (version, checksum, applied_at, duration_ms, product_version) \
                 VALUES ('{}', '{}', '2026-01-01T00:00:00+00:00', 0, '')",
                step.version(),
                step.checksum(kind)
            ))
            .await;
        }
    } else {
        for step in steps[stage..].iter().rev() {
            step.migration().down(&manager).await.expect("down");
            run(format!("DELETE FROM {HISTORY_TABLE} WHERE version = '{}'", step.version())).await;
        }
    }
    db.close().await.expect("close");
}

/// What the control is tried on: both journal modes and both directions, from and to the middle of the history. Each
/// with its calls when nothing disturbs it; then it reaches the new version too.
pub fn scenarios() -> &'static [(&'static Scenario, Calls)] {
    static ALL: OnceLock<Vec<(&Scenario, Calls)>> = OnceLock::new();
    ALL.get_or_init(|| {
        let middle: Vec<&Scenario> = Scenario::all().iter().filter(|s| s.stage == 12).collect();
        assert_eq!(middle.len(), 4);
        each(&middle, |scenario| {
            let left = scenario.run(program, Fault::None);
            assert_eq!(left.verdict, Verdict::New, "{scenario}\n{}", left.output);
            (*scenario, left.calls)
        })
    })
}
