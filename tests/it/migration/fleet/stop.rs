//! When a run begins no further database.

use support::cli::Output;
use support::plain;

use super::stage::{Fleet, history, objects, outcomes, summary};
use crate::migration::common::sql;

plain! {
    fn a_canary_that_fails_is_the_last() {
        let fleet = Fleet::new(5);
        let output = locked(&fleet, &["p001"], &["--canary", "2"]);
        let summary = summary(&output);
        let outcomes = outcomes(&summary);
        assert_eq!(outcomes["p001"], ("failed".to_owned(), 6), "{output}");
        assert!(summary["stopped"].as_str().is_some_and(|why| why.contains("p001")), "{output}");
        assert_eq!((&summary["skipped"], &summary["failed"]), (&4.into(), &1.into()), "{output}");
        for project in ["p002", "p003", "p004", "p005"] {
            assert_eq!(history(&fleet.path(project)).len(), 21, "{project} was tried");
        }
        assert!(!fleet.path("p002").with_file_name("project.db.backups").exists());
        // The control: once the canaries do well, all others are tried, whatever fails then.
        let output = locked(&fleet, &["p003"], &["--canary", "2"]);
        let started = objects(&output);
        let started: Vec<_> = started.iter().filter(|o| o["kind"] != "began").take(4).map(|o| o["project"].as_str()).collect();
        assert_eq!(started, [Some("p001"), Some("p001"), Some("p002"), Some("p002")], "not one after another\n{output}");
        assert_eq!(outcomes_of(&output), ["done", "done", "failed", "done", "done"]);
    }

    fn more_failures_than_allowed() {
        let fleet = Fleet::new(6);
        let output = locked(&fleet, &["p001", "p002"], &["--jobs", "1", "--max-failures", "1"]);
        assert_eq!(outcomes_of(&output), ["failed", "failed", "skipped", "skipped", "skipped", "skipped"], "{output}");
        assert_eq!(history(&fleet.path("p003")).len(), 21);
        let output = locked(&fleet, &["p001", "p002"], &["--jobs", "1", "--max-failures", "2"]);
        assert_eq!(outcomes_of(&output), ["failed", "failed", "done", "done", "done", "done"], "{output}");
        // What can be seen before the first is changed counts too.
        for project in ["p005", "p006"] {
            std::fs::write(fleet.path(project), "no database\n".repeat(1000)).expect("write");
        }
        let output = fleet.run(["up", "--max-failures", "1"]).run().code(12);
        assert!(output.stdout.contains("Stopped: 2 failed"), "{output}");
        assert_eq!(history(&fleet.path("p001")).len(), 21, "{output}");
    }
}

/// `fleet up` while another connection writes to these.
fn locked(fleet: &Fleet, projects: &[&str], args: &[&str]) -> Output {
    let Some((first, others)) = projects.split_first() else {
        return fleet.run(["up", "--json", "--lock-timeout", "0"]).args(args).run().code(12);
    };
    let path = fleet.path(first);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let db = runtime.block_on(async {
        let mut options = sea_orm::ConnectOptions::new(format!("sqlite://{}", path.display()));
        options.max_connections(1).sqlx_logging(false);
        let db = sea_orm::Database::connect(options).await.expect("open");
        sql(&db, "BEGIN IMMEDIATE").await;
        db
    });
    let output = locked(fleet, others, args);
    runtime.block_on(async { db.close().await.expect("close") });
    output
}

fn outcomes_of(output: &Output) -> Vec<String> {
    outcomes(&summary(output)).into_values().map(|(outcome, _)| outcome).collect()
}
