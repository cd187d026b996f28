use callboard_service::entity::project_health_metrics as rows;
use callboard_service::health::METRICS;
use sea_orm::{ConnectionTrait, EntityTrait, PaginatorTrait};
use serde_json::json;
use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

async fn kept(t: &TestDb) -> u64 {
    rows::Entity::find().count(&t.raw().await).await.expect("count the measurements")
}

both! {
    async fn is_measured_shown_and_kept(t: TestDb) {
        init(&t);
        add_items(&t, &["first", "second"]).await;
        let report = json(&t, ["health"], "health");
        assert_eq!(report["metrics"].as_array().map(Vec::len), Some(METRICS.len()));
        assert_eq!((&report["project"], &report["failing"]), (&json!("demo"), &json!(0)));
        assert_eq!(kept(&t).await, METRICS.len() as u64);
        let rehearsed = t.callboard(["health", "--dry-run", "--json"]).run().ok().json();
        assert_eq!((&rehearsed["dry_run"], kept(&t).await), (&json!(true), METRICS.len() as u64));
        t.raw().await.execute_unprepared("UPDATE work_items SET due_at = created_at").await.expect("make them late");
        let shown = text(&t, ["health"]);
        let line = shown.lines().find(|line| line.starts_with("overdue")).expect("a line");
        // What was kept before, and what is now: none, then two.
        for expected in ["2", "FAIL", "at most 0", "\u{2581}\u{2588}", "callboard item list --overdue"] {
            assert!(line.contains(expected), "{expected}: {line}");
        }
        assert!(shown.ends_with("demo: 1 of 17 fail\n"), "{shown}");
        assert!(!shown.contains('\u{1b}'), "a pipe has no colours");
    }

    async fn a_check_ends_with_its_code_where_one_fails(t: TestDb) {
        init(&t);
        add_items(&t, &["first"]).await;
        t.callboard(["health", "--check"]).run().ok();
        t.raw().await.execute_unprepared("UPDATE work_items SET due_at = created_at").await.expect("make it late");
        let failed = t.callboard(["health", "--check"]).run().code(3);
        assert!(failed.stdout.contains("FAIL") && failed.stderr.contains("Hint: "), "{failed}");
        t.callboard(["health"]).run().ok();
        text(&t, ["setting", "set", "health_thresholds", r#"{"overdue": 1}"#, "--project", "demo"]);
        t.callboard(["health", "--check"]).run().ok();
        assert!(refused(&t, ["setting", "set", "health_thresholds", r#"{"overdu": 1}"#], 13).contains("overdue"));
        refused(&t, ["setting", "set", "retention_days", r#"{"health_metrics": 0}"#], 18);
    }

    async fn the_history_of_a_metric(t: TestDb) {
        init(&t);
        assert!(text(&t, ["health", "--history", "overdue"]).contains("Nothing was measured yet"));
        for _ in 0..3 {
            text(&t, ["health"]);
        }
        let page = json(&t, ["health", "--history", "overdue", "--limit", "2"], "health_history");
        assert_eq!((page["measures"].as_array().map(Vec::len), &page["metric"]), (Some(2), &json!("overdue")));
        let shown = t.callboard(["health", "--history", "overdue", "--limit", "2"]).run().ok();
        let next = page["next"].as_str().expect("a next page");
        assert!(shown.stderr.contains(&format!("--after {next}")), "{shown}");
        let rest = json(&t, ["health", "--history", "overdue", "--after", next], "health_history");
        assert_eq!((rest["measures"].as_array().map(Vec::len), rest["next"].is_null()), (Some(1), true));
        assert!(refused(&t, ["health", "--history", "overdu"], 13).contains("overdue"));
        t.callboard(["health", "--history", "overdue", "--check"]).run().code(2);
    }
}
