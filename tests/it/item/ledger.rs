use callboard_service::item::ReplayLedger;
use sea_orm::ConnectionTrait;
use support::{TestDb, both_empty};

both_empty! {
    /// Each change that passes the ledger by is named: by the verb, and by the command with exit code 11.
    async fn a_row_that_its_history_does_not_tell_is_found(t: TestDb) {
        t.callboard(["init", "--user", "ada", "--project-name", "Demo", "--prefix", "CB"]).run().ok();
        t.callboard(["agent", "register", "coder"]).run().ok();
        t.callboard(["item", "add", "held", "left alone", "touched"]).run().ok();
        t.callboard(["claim", "--agent", "coder"]).run().ok();
        assert_eq!(t.board().await.read(&ReplayLedger).await.expect("replay"), []);
        assert_eq!(t.callboard(["item", "ledger"]).run().ok().stdout, "Every item is as its history tells.\n");
        let raw = t.raw().await;
        let plant = async |sql: &str| raw.execute_unprepared(sql).await.unwrap_or_else(|e| panic!("{sql}: {e}"));
        let found = async || {
            let mismatches = t.board().await.read(&ReplayLedger).await.expect("replay");
            mismatches.into_iter().map(|m| format!("{} {}", m.key, m.field.split(' ').next().unwrap_or_default())).collect::<Vec<_>>()
        };
        plant("UPDATE work_items SET status = 'done', attempt_count = 2 WHERE key = 'CB-3'").await;
        assert_eq!(found().await, ["CB-3 attempt_count", "CB-3 status"]);
        plant("UPDATE task_assignments SET status = 'paused'").await;
        assert_eq!(found().await, ["CB-1 assignment", "CB-3 attempt_count", "CB-3 status"]);
        plant("DELETE FROM work_item_events WHERE revision = 1").await;
        assert!(found().await.contains(&"CB-1 revision".to_owned()));
        let output = t.callboard(["item", "ledger", "--json"]).run().code(11);
        let rows = output.json()["data"].as_array().expect("a list").len();
        assert!(rows >= 4 && output.stderr.contains("verify_failed"), "{output}");
        assert!(t.callboard(["item", "ledger"]).run().code(11).stdout.contains("attempt_count"));
    }
}
