//! How the program behaves among others: at once, interrupted, cut off.

use std::process::{Command, Stdio};
use std::time::Duration;

use sea_orm::{ConnectionTrait, TransactionTrait};
use support::cli::{Background, at_once};
use support::{Kind, TestDb, both};

use super::{data, init, json, text};

both! {
    /// Its control is that of concurrency/claims.rs.
    async fn two_terminals_claim_different_items(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder"]);
        text(&t, ["agent", "register", "tester"]);
        let mut items = t.callboard(["item", "add"]);
        for n in 0..12 {
            items = items.arg(format!("item {n}"));
        }
        items.run().ok();
        let claim = |agent: &str| t.callboard(["claim", "--agent", agent, "--json"]);
        let mut keys: Vec<String> = at_once((0..6).flat_map(|_| [claim("coder"), claim("tester")]))
            .into_iter()
            .map(|output| data(output, "claim")["claimed"][0]["item"]["key"].to_string())
            .collect();
        keys.sort();
        keys.dedup();
        assert_eq!(keys.len(), 12, "an item was handed out twice: {keys:?}");
    }

    /// The command waits for another writer when Ctrl-C comes.
    async fn an_interrupted_change_leaves_nothing(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "first"]);
        let raw = t.raw().await;
        let other = raw.begin().await.expect("begin");
        let lock = match t.kind() {
            Kind::Sqlite => "UPDATE board_users SET name = name",
            Kind::Postgres => "LOCK TABLE work_items IN ACCESS EXCLUSIVE MODE",
        };
        other.execute_unprepared(lock).await.expect("lock what the command needs");
        for interrupt in [Background::interrupt, Background::terminate] {
            let mut adding = t.callboard(["item", "add", "second"]).spawn();
            tokio::time::sleep(Duration::from_millis(1500)).await;
            assert!(adding.is_running(), "it did not wait");
            interrupt(&adding);
            let output = adding.wait(Duration::from_secs(20)).code(130);
            assert!(output.stdout.is_empty() && output.stderr.contains("interrupted"), "{output}");
        }
        other.rollback().await.expect("roll back");
        assert_eq!(json(&t, ["item", "list"], "items")["items"].as_array().map(Vec::len), Some(1));
        assert_eq!(text(&t, ["item", "add", "third"]), "CB-2  third\n", "no number was used up");
    }

    /// `callboard ... | head` must end quietly, and a change whose reader has gone was made all the same.
    async fn a_closed_pipe_is_no_error(t: TestDb) {
        init(&t);
        let binary = t.callboard(["--version"]).run().ok();
        assert!(binary.stdout.starts_with("callboard "), "{binary}");
        for args in [&["item", "add", "x"][..], &["item", "list"], &["item", "list", "--json"], &["--help"]] {
            let mut child = command(&t).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("start");
            drop(child.stdout.take());
            let output = child.wait_with_output().expect("wait");
            assert!(output.status.success() && output.stderr.is_empty(), "{args:?}: {output:?}");
        }
        assert_eq!(json(&t, ["item", "list"], "items")["items"].as_array().map(Vec::len), Some(1));
    }
}

/// The program with a pipe of our own.
fn command(t: &TestDb) -> Command {
    let path = std::env::current_exe().expect("name the test binary");
    let binary = path.ancestors().nth(2).expect("a target directory").join("callboard");
    let mut command = Command::new(binary);
    command.env_clear().env("DATABASE_URL", t.url()).current_dir(t.dir());
    command
}
