//! Many processes start at once; each step is applied once. Without the lock they fail.

use callboard_migration::{history, runner};
use sea_orm::{Database, TransactionTrait};
use sea_orm_migration::SchemaManager;
use support::cli::{Output, Program, at_once};
use support::shim::{Fault, inject};
use support::{TestDb, both_empty, child, plain, scratch_dir};

use super::common::{describe, options};

const PROCESSES: usize = 8;
const ROUNDS: usize = 20;

both_empty! {
    async fn eight_processes_apply_each_step_once(t: TestDb) {
        let program = t.migration(["up", "--json"]);
        let mut overlaps = 0;
        let mut first = None;
        for round in 0..ROUNDS {
            let outputs = all(|_| program.clone());
            let outputs: Vec<_> = outputs.into_iter().map(Output::ok).collect();
            let applied: usize = outputs.iter().map(|o| o.stdout.matches("\"kind\":\"finished\"").count()).sum();
            assert_eq!(applied, history().len(), "round {round}");
            overlaps += outputs.iter().filter(|o| o.stdout.contains("\"kind\":\"waiting\"")).count();
            let status = runner::status(&options(&t)).await.expect("status");
            assert_eq!(status.applied.len(), history().len(), "round {round}");
            assert!(status.pending.is_empty() && status.refusal.is_none(), "{status:?}");
            let now = describe(&t).await;
            assert_eq!(*first.get_or_insert(now.clone()), now, "round {round}");
            if round % 2 == 0 {
                t.migration(["down", "--all"]).run().ok();
            } else {
                empty(&t).await;
            }
        }
        assert!(overlaps > 0, "no process ever had to wait for another one: the race was not run");
    }

    /// Between COMMIT and the check of what was committed no other run gets in: the check would find its work.
    async fn nobody_gets_in_before_the_check(t: TestDb) {
        let logs = scratch_dir();
        let stop = Fault::StopAtText("\"kind\":\"committed\"");
        let first = inject(t.migration(["up", "--json"]), stop, &logs.path().join("log")).spawn();
        first.wait_for_stop();
        for second in [&["down", "--all"][..], &["up"]] {
            let output = t.migration(second.iter().copied()).args(["--lock-timeout", "1"]).run().code(6);
            assert!(output.stderr.contains("another process holds the migration lock"), "{output}");
        }
        first.go_on();
        first.wait(std::time::Duration::from_secs(20)).ok();
        t.migration(["down", "--all", "--lock-timeout", "5"]).run().ok();
    }

    /// The control: the same steps, each in its own transaction and without the lock, collide.
    async fn without_the_lock_processes_collide(t: TestDb) {
        let mut failed = 0;
        for _ in 0..5 {
            drop(t.raw().await);
            let outputs = all(|_| unlocked(t.dir()).arg(t.url()));
            failed += outputs.iter().filter(|o| o.exit != Some(0)).count();
            empty(&t).await;
        }
        assert!(failed > 0, "the race is too small to show anything");
    }
}

plain! {
    /// The folder, the file and its mode come from one process, whoever is first.
    fn eight_processes_make_one_board() {
        use std::os::unix::fs::PermissionsExt;
        let dir = scratch_dir();
        let outputs = all(|_| support::cli::migration(dir.path()).arg("up"));
        outputs.into_iter().for_each(|o| drop(o.ok()));
        let mode = |path: &str| {
            let meta = std::fs::metadata(dir.path().join(path)).expect("it exists");
            meta.permissions().mode() & 0o777
        };
        assert_eq!(mode(".callboard"), 0o700);
        assert_eq!(mode(".callboard/callboard.db"), 0o600);
    }
}

fn all(program: impl Fn(usize) -> Program) -> Vec<Output> {
    at_once((0..PROCESSES).map(program))
}

/// Back to a database without anything; on SQLite without the file.
pub async fn empty(t: &support::TestDb) {
    match t.kind() {
        support::Kind::Sqlite => {
            for suffix in ["", "-wal", "-shm", "-journal"] {
                // Some of them are not there.
                let _ = std::fs::remove_file(t.dir().join(format!("board.db{suffix}")));
            }
        }
        support::Kind::Postgres => {
            super::common::sql(&t.raw().await, "DROP SCHEMA public CASCADE; CREATE SCHEMA public").await;
        }
    }
}

child! {
    async fn unlocked(args: Vec<String>) {
        let db = Database::connect(format!("{}{}", args[0], if args[0].starts_with("sqlite") { "?mode=rwc" } else { "" }));
        let db = db.await.expect("connect");
        for step in history() {
            let tx = db.begin().await.expect("begin");
            step.migration().up(&SchemaManager::new(&tx)).await.expect("up");
            tx.commit().await.expect("commit");
        }
    }
}
