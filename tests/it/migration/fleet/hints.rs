//! The way out of a failure is told, and is one that there is.

use support::cli::migration;
use support::plain;

use super::stage::{Fleet, on};
use crate::migration::common::sql;

plain! {
    fn each_hint_is_told_once() {
        let fleet = Fleet::new(6);
        for project in ["p001", "p002", "p004", "p005"] {
            std::fs::write(fleet.path(project), "no database\n".repeat(1000)).expect("write");
        }
        on(&fleet.path("p003"), async |db| sql(db, "CREATE TABLE workflow_context (theirs text)").await);
        on(&fleet.path("p003"), async |db| sql(db, "CREATE TABLE workflow_events (theirs text)").await);
        for (args, clash) in [(["up", "--dry-run"].as_slice(), 1), (&["up"], 1), (&["status"], 0), (&["verify"], 0)] {
            let output = fleet.run([args[0]]).args(&args[1..]).run().code(12);
            let hints: Vec<_> = output.stderr.lines().filter(|l| l.starts_with("Hint (")).collect();
            assert_eq!(hints.len(), 1 + clash, "{output}");
            assert!(hints[0].starts_with("Hint (p001, p002, p004 and 1 more): name a SQLite file"), "{output}");
            assert!(clash == 0 || hints[1].starts_with("Hint (p003): nothing was changed: use another database"), "{output}");
            assert!(!output.stdout.contains("Hint"), "{output}");
        }
    }

    /// Nothing is removed by a restore, so there is nothing to choose.
    fn a_restore_has_no_retention() {
        let fleet = Fleet::new(1);
        for option in ["--keep", "--keep-days"] {
            let output = fleet.run(["restore", "20260101", option, "3"]).run().code(2);
            assert!(output.stderr.contains("unexpected argument"), "{output}");
            migration(fleet.dir.path()).args(["restore", "20260101", option, "3"]).run().code(2);
        }
    }

    /// The option that the hint of a busy lock names is one of `docs` too.
    fn docs_can_wait() {
        let fleet = Fleet::new(1);
        fleet.run(["up"]).run().ok();
        let path = fleet.path("p001");
        let docs = || {
            let docs = migration(fleet.dir.path()).args(["docs", "--dry-run", "--output", "schema", "--lock-timeout", "0", "--database-url"]);
            docs.arg(format!("sqlite://{}", path.display()))
        };
        docs().run().ok();
        on(&path, async |db| {
            sql(db, "BEGIN EXCLUSIVE").await;
            let output = docs().run().code(6);
            assert!(output.stderr.contains("--lock-timeout SECONDS"), "{output}");
            sql(db, "ROLLBACK").await;
        });
    }
}
