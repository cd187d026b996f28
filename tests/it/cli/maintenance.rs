use std::time::Duration;

use callboard_service::entity::{
    MaintenanceOperationExecutionStatus as Status, maintenance_operations as operations, work_items,
};
use chrono::{TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;
use support::{TestDb, both};

use super::{add_items, data, init, json, refused, text};

/// Makes items ones on which nothing happened for some days.
async fn idle(t: &TestDb, keys: &[&str], days: i64) {
    let at = Some(Utc::now() - TimeDelta::days(days) - TimeDelta::minutes(1));
    let change = work_items::ActiveModel { last_activity_at: Set(at), ..Default::default() };
    let some =
        work_items::Entity::update_many().set(change).filter(work_items::Column::Key.is_in(keys.iter().copied()));
    some.exec(&t.raw().await).await.expect("write the items");
}

async fn runs(t: &TestDb) -> Vec<operations::Model> {
    let all = operations::Entity::find().order_by_asc(operations::Column::Id);
    all.all(&t.raw().await).await.expect("read the runs")
}

fn rows(document: &Value) -> Vec<String> {
    let findings = document["findings"].as_array().expect("findings").iter();
    findings
        .map(|f| {
            format!(
                "{} {} {}",
                f["kind"].as_str().expect("a kind"),
                f["subject"].as_str().expect("a subject"),
                f["outcome"].as_str().expect("an outcome")
            )
        })
        .collect()
}

both! {
    async fn a_dry_run_a_run_and_what_is_told_of_them(t: TestDb) {
        init(&t);
        add_items(&t, &["first", "second", "third"]).await;
        for key in ["CB-1", "CB-2"] {
            text(&t, ["item", "cancel", key, "--reason", "not needed"]);
        }
        idle(&t, &["CB-1", "CB-2", "CB-3"], 100).await;
        let tried = json(&t, ["maintenance", "scan-cleanup", "--level", "comprehensive", "--dry-run"], "scan_cleanup");
        assert_eq!(rows(&tried), ["old_completed CB-1 changed", "old_completed CB-2 changed"]);
        let done = json(&t, ["maintenance", "scan-cleanup", "--level", "comprehensive"], "scan_cleanup");
        assert_eq!(tried["findings"], done["findings"]);
        assert_eq!(done["operation"]["results"]["summary"]["changed"], 2);
        let listed = json(&t, ["maintenance", "list", "--kind", "scan-cleanup"], "maintenance_operations");
        assert_eq!((&listed["rows"][0]["dry_run"], &listed["rows"][1]["dry_run"]), (&false.into(), &true.into()));
        let table = t.callboard(["maintenance", "list"]).env("COLUMNS", "200").run().ok().stdout;
        assert!(table.contains("scan-cleanup (dry run)") && table.contains("2 changed"), "{table}");
        let id = done["operation"]["id"].as_str().expect("an id").to_owned();
        let shown = text(&t, ["maintenance", "show", &id]);
        assert!(shown.contains("old completed") && shown.contains("full-project of demo"), "{shown}");
        let said = t.callboard(["maintenance", "scan-cleanup", "--dry-run"]).run().ok();
        assert!(said.stderr.contains("nothing was changed") && said.stdout.starts_with("Nothing.\n"), "{said}");
    }

    async fn scopes_and_what_is_none(t: TestDb) {
        init(&t);
        add_items(&t, &["first"]).await;
        text(&t, ["item", "cancel", "CB-1", "--reason", "not needed"]);
        idle(&t, &["CB-1"], 100).await;
        text(&t, ["project", "add", "other", "--prefix", "OT"]);
        let scan = |scope: &[&'static str]| {
            let mut args = vec!["maintenance", "scan-cleanup", "--dry-run", "--level", "full_audit", "--scope"];
            args.extend(scope);
            args
        };
        for scope in [&["item", "CB-1"][..], &["specific_subtask", "CB-1"], &["Full_Project"]] {
            let mut args = scan(scope);
            args.extend(["--project", "demo"]);
            let found = data(t.callboard(args).arg("--json").run(), "scan_cleanup");
            assert_eq!(rows(&found), ["old_completed CB-1 changed"], "{scope:?}");
        }
        for (scope, said) in [
            (&["everything"][..], "must be current-session, full-project or item KEY"),
            (&["item"], "--scope item CB-7"),
            (&["full-project", "CB-1"], "takes no item"),
        ] {
            let output = t.callboard(scan(scope)).run().code(18);
            assert!(output.stderr.contains(said), "{scope:?}: {output}");
        }
        let mut other = scan(&["item", "CB-1"]);
        other.extend(["--project", "other"]);
        let output = t.callboard(other).run().code(18);
        assert!(output.stderr.contains("'other'") && output.stderr.contains("'demo'"), "{output}");
        assert!(refused(&t, ["maintenance", "scan-cleanup", "--level", "deep"], 2).contains("comprehensive"));
        assert!(t.callboard(scan(&["current-session"])).run().code(13).stderr.contains("session"));
        text(&t, ["session", "start", "--key", "day"]);
        let found = data(t.callboard(scan(&["current-session"])).arg("--json").run(), "scan_cleanup");
        assert_eq!(rows(&found), Vec::<String>::new());
    }

    async fn a_retention_of_zero_is_refused(t: TestDb) {
        init(&t);
        let set = |key: &'static str, value: &'static str| ["setting", "set", key, value];
        assert!(refused(&t, set("retention_days", r#"{"completed": 0}"#), 18).contains("from 1 to 3650"));
        assert!(refused(&t, set("stale_hours", r#"{"tester": 0}"#), 18).contains("from 1 to 8760"));
        assert!(refused(&t, set("cleanup_after_days", r#"{"old": 3}"#), 18).contains("completed"));
        text(&t, set("retention_days", r#"{"completed": 3}"#));
        assert_eq!(json(&t, ["setting", "get", "retention_days"], "setting")["value"]["completed"], 3);
    }

    async fn a_sweep_once_and_in_a_loop_that_ends_in_order(t: TestDb) {
        init(&t);
        add_items(&t, &["first"]).await;
        text(&t, ["agent", "register", "coder"]);
        text(&t, ["claim", "--agent", "coder"]);
        let raw = t.raw().await;
        let past = Some(Utc::now() - TimeDelta::seconds(1));
        let lapse = callboard_service::entity::task_assignments::ActiveModel { lease_expires_at: Set(past), ..Default::default() };
        callboard_service::entity::task_assignments::Entity::update_many().set(lapse).exec(&raw).await.expect("write");
        let tried = json(&t, ["maintenance", "sweep", "--dry-run"], "sweep");
        assert_eq!(rows(&tried), ["lease_expired CB-1 changed"]);
        assert_eq!(rows(&json(&t, ["maintenance", "sweep"], "sweep")), ["lease_expired CB-1 changed"]);
        assert!(refused(&t, ["maintenance", "sweep", "--every", "0"], 2).contains("1s to 1d"));

        for (end, interrupt) in [("SIGINT", true), ("SIGTERM", false)] {
            let mut sweeping = t.callboard(["maintenance", "sweep", "--every", "1h", "--project", "demo"]).spawn();
            // The signal comes in the first round or after it, which is let end.
            sweeping.wait_for("sweeping every 3600 s");
            if interrupt { sweeping.interrupt() } else { sweeping.terminate() }
            let output = tokio::task::spawn_blocking(move || sweeping.wait(Duration::from_secs(20))).await.expect("it ends");
            assert_eq!((output.exit, output.signal), (Some(0), None), "{end}: {output}");
            assert!(output.stdout.contains("1 rounds"), "{end}: {output}");
            let row = runs(&t).await.pop().expect("a run");
            assert_eq!((row.execution_status, row.results.expect("results")["summary"]["rounds"].as_i64()), (Status::Completed, Some(1)));
        }
    }
}
