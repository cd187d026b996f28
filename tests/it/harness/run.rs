//! Runs of the test binary itself: order, failures, hangs, and which PostgreSQL it uses.

use std::time::Duration;

use callboard_migration::scratch::Cluster;
use sea_orm::{ConnectionTrait, Database, DbBackend, Statement};
use support::cli::{Output, Program};
use support::{TestDb, both, cli, plain, scratch_dir};

both! {
    /// Passes, unless one of the tests below tells it not to.
    async fn behaves(t: TestDb) {
        t.raw().await.execute_unprepared("SELECT 1").await.expect("run a query");
        match std::env::var("CALLBOARD_TEST_MISBEHAVE").as_deref() {
            Ok("panic") => panic!("on purpose"),
            Ok("hang") => std::thread::sleep(Duration::from_secs(600)),
            _ => {}
        }
    }
}

plain! {
    fn a_missing_postgresql_fails_its_tests_and_says_what_to_install() {
        let dir = scratch_dir();
        let output = behaves_in(dir.path()).env("PG_BIN", "/nonexistent").run().code(101);
        assert!(output.stdout.contains("1 passed; 1 failed; 0 ignored"), "{output}");
        for needed in ["PG_BIN (/nonexistent)", "apt-get install postgresql", "CALLBOARD_TEST_POSTGRES_URL"] {
            assert!(output.stdout.contains(needed), "{needed}\n{output}");
        }
    }

    fn a_server_of_the_users_is_used_and_left_clean() {
        let dir = scratch_dir();
        let cluster = Cluster::start().expect("start a cluster");
        let url = cluster.url("postgres");
        // PG_BIN shows that no cluster of its own is started.
        let on_server = || {
            behaves_in(dir.path()).env("CALLBOARD_TEST_POSTGRES_URL", &url).env("PG_BIN", "/nonexistent")
        };
        let passed = on_server().run().ok();
        assert!(passed.stdout.contains("2 passed; 0 failed"), "{passed}");
        assert_eq!(databases(&url), ["postgres"]);
        let failed = on_server().env("CALLBOARD_TEST_MISBEHAVE", "panic").run().code(101);
        assert!(failed.stdout.contains("0 passed; 2 failed"), "{failed}");
        assert_eq!(databases(&url), ["postgres"]);
    }

    fn what_killed_runs_left_on_a_users_server_goes_after_two_hours() {
        let dir = scratch_dir();
        let cluster = Cluster::start().expect("start a cluster");
        let url = cluster.url("postgres");
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").as_secs();
        let name = |seconds: u64| format!("callboard_test_{seconds:08x}_0123456789ab");
        let (old, young) = (name(now - 3 * 3600), name(now - 3600));
        let users = "callboard_test_mine";
        for database in [&old, &young, users] {
            execute(&url, &format!("CREATE DATABASE {database}"));
        }
        behaves_in(dir.path()).env("CALLBOARD_TEST_POSTGRES_URL", &url).run().ok();
        assert_eq!(databases(&url), [young.as_str(), users, "postgres"]);
    }

    fn a_hang_is_a_failure_with_its_name() {
        let dir = scratch_dir();
        let hang = behaves_in(dir.path()).env("CALLBOARD_TEST_MISBEHAVE", "hang").env("CALLBOARD_TEST_TIMEOUT", "2");
        let output = hang.args(["--skip", "[postgres]"]).run().code(101);
        assert!(output.stdout.contains("no end within 2 s"), "{output}");
        assert!(output.stdout.contains("harness::run::behaves[sqlite]"), "{output}");
    }

    fn a_seed_repeats_an_order() {
        let dir = scratch_dir();
        let order = |seed: &str| {
            let run = cli::tests(dir.path()).args(["harness::program", "--skip", "both_binaries", "--test-threads", "1"]);
            names(&run.env("CALLBOARD_TEST_SEED", seed).run().ok())
        };
        let first = order("7");
        assert_eq!(first.len(), 4);
        assert_eq!(first, order("7"));
        assert!((0..20).any(|seed: u64| order(&seed.to_string()) != first), "the order is always the same");
    }
}

fn behaves_in(dir: &std::path::Path) -> Program {
    cli::tests(dir).arg("harness::run::behaves")
}

fn names(output: &Output) -> Vec<String> {
    let lines = output.stdout.lines().filter_map(|line| line.strip_prefix("test harness::"));
    lines.map(|line| line.split_whitespace().next().unwrap_or_default().to_owned()).collect()
}

/// The databases of a server, but for its templates, sorted.
fn databases(url: &str) -> Vec<String> {
    on(url, async |db| {
        let sql = "SELECT datname::text FROM pg_database WHERE NOT datistemplate ORDER BY datname";
        let rows =
            db.query_all_raw(Statement::from_string(DbBackend::Postgres, sql)).await.expect("list the databases");
        rows.iter().map(|row| row.try_get_by_index(0).expect("a name")).collect()
    })
}

fn execute(url: &str, sql: &str) {
    on(url, async |db| db.execute_unprepared(sql).await.map(|_| ()).expect("run a statement"));
}

fn on<T>(url: &str, work: impl AsyncFnOnce(&sea_orm::DatabaseConnection) -> T) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("start a runtime");
    runtime.block_on(async {
        let db = Database::connect(url).await.expect("connect");
        let result = work(&db).await;
        db.close().await.expect("close");
        result
    })
}
