//! What is found, what is not, and what may not be asked for.

use std::os::unix::fs::PermissionsExt;

use support::plain;

use super::stage::{Fleet, on, outcomes, summary};
use crate::migration::common::sql;

plain! {
    fn names_that_lead_elsewhere() {
        let fleet = Fleet::new(2);
        let files = fleet.files();
        for name in ["../../etc", "..", "/etc", "p001/../p002", "-x", "", ".hidden", "a b", "p001\u{1b}[31m"] {
            let output = fleet.run(["up"]).arg(format!("--project={name}")).run().code(18);
            assert!(output.stderr.contains("is no valid project name") && !output.stderr.contains('\u{1b}'), "{output}");
        }
        // One bad name among good ones: nothing is begun.
        fleet.run(["up", "--project", "p001", "--project", "../../etc"]).run().code(18);
        let output = fleet.run(["up", "--project", "p01"]).run().code(13);
        assert!(output.stderr.contains("did you mean p001 or p002?"), "{output}");
        for pattern in ["../*/project.db", "/projects/*", "projects/p001/project.db", "**/project.db", ""] {
            let output = fleet.run(["up"]).arg(format!("--pattern={pattern}")).run().code(2);
            assert!(output.stderr.contains("is not valid"), "{output}");
        }
        for pattern in ["project/*/project.db", "projects/*/board.d", "projects/x*/project.db"] {
            let output = fleet.run(["up", "--pattern", pattern]).run();
            // A project's folder without the database is a project without one.
            let wanted = if pattern == "projects/*/board.d" { 0 } else { 13 };
            let output = output.code(wanted);
            assert!(wanted == 0 || output.stderr.contains("matches"), "{output}");
        }
        let output = support::cli::migration(fleet.dir.path()).args(["fleet", "up", "--root", "none"]).run().code(13);
        assert!(output.stderr.contains("the folder none does not exist"), "{output}");
        let mut after = fleet.files();
        after.retain(|name, _| !name.starts_with(".callboard-fleet"));
        assert!(after == files, "something was written");
    }

    /// What only the run itself finds out is found on a copy, and nothing is written.
    fn a_dry_run_finds_what_would_fail_on_the_way() {
        let fleet = Fleet::new(3);
        on(&fleet.path("p002"), async |db| sql(db, "DROP TABLE work_item_events").await);
        let files = fleet.files();
        let output = fleet.run(["down", "--all", "--yes-lose-data", "--dry-run", "--json"]).run().code(12);
        let plan = summary(&output);
        assert_eq!((&plan["changes"], &plan["refused"]), (&2.into(), &1.into()), "{output}");
        assert!(output.stdout.contains("failed and was rolled back"), "{output}");
        assert!(output.stderr.contains("Trying p002 on a copy"), "{output}");
        assert!(fleet.files() == files, "something was written");
        // The run itself ends as was said.
        let output = fleet.run(["down", "--all", "--yes-lose-data"]).run().code(12);
        assert!(output.stdout.contains("2 succeeded, 0 skipped, 1 failed"), "{output}");
    }

    fn a_dry_run_and_a_status_write_nothing() {
        let fleet = Fleet::new(3);
        std::fs::create_dir(fleet.dir.path().join("projects/empty")).expect("make a folder");
        let files = fleet.files();
        let output = fleet.run(["up", "--dry-run", "--json"]).run().ok();
        let plan = summary(&output);
        assert_eq!((&plan["changes"], &plan["refused"]), (&3.into(), &0.into()), "{output}");
        let from = plan["projects"][1]["from"].as_str().expect("a version");
        let missing = callboard_migration::history().iter().filter(|step| step.version() > from).count();
        assert!(missing >= 3, "{output}");
        assert_eq!(plan["projects"][0]["plan"], "skip", "{output}");
        assert_eq!(plan["projects"][1]["versions"].as_array().map(Vec::len), Some(missing), "{output}");
        // As `down --dry-run` of one: what would be lost is told, not refused.
        let output = fleet.run(["down", "--all", "--dry-run"]).run().ok();
        assert_eq!(output.stdout.matches("would lose board_users (1 row").count(), 3, "{output}");
        assert!(output.stderr.ends_with("without --yes-lose-data those that would lose rows are refused\n"), "{output}");
        let output = fleet.run(["status"]).run().ok();
        assert!(output.stdout.ends_with("3 databases, 1 projects without one, 0 can't be read\n"), "{output}");
        fleet.run(["status", "--check"]).run().code(3);
        assert!(fleet.files() == files, "something was written");

        fleet.run(["up"]).run().ok();
        fleet.run(["status", "--check"]).run().ok();
        let folder = fleet.dir.path().join(".callboard-fleet");
        let mode = |path: &std::path::Path| std::fs::metadata(path).expect("its mode").permissions().mode() & 0o777;
        assert_eq!(mode(&folder), 0o700);
        for entry in std::fs::read_dir(&folder).expect("list") {
            assert_eq!(mode(&entry.expect("an entry").path()), 0o600);
        }
    }

    /// Two stars, and a folder of ours that is hidden.
    fn other_patterns() {
        let fleet = Fleet::new(2);
        let root = fleet.dir.path();
        std::fs::create_dir_all(root.join("teams/a/x/.callboard")).expect("make folders");
        std::fs::rename(fleet.path("p001"), root.join("teams/a/x/.callboard/callboard.db")).expect("move");
        let pattern = "teams/*/*/.callboard/callboard.db";
        let output = fleet.run(["up", "--pattern", pattern, "--project", "a/x", "--json"]).run().ok();
        assert_eq!(summary(&output)["outcomes"][0]["project"], "a/x", "{output}");
        fleet.run(["up", "--pattern", pattern, "--project", "a"]).run().code(18);
        // The backups beside a file are no databases of another project.
        std::fs::rename(fleet.path("p002"), root.join("one.db")).expect("move");
        for wanted in ["done", "nothing_to_do"] {
            let output = fleet.run(["up", "--pattern", "*", "--project", "one.db", "--json"]).run().ok();
            assert_eq!(summary(&output)["outcomes"][0]["outcome"], wanted, "{output}");
        }
        let output = fleet.run(["status", "--pattern", "*.db", "--json"]).run().ok();
        assert_eq!(summary(&output)["projects"].as_array().map(Vec::len), Some(1), "{output}");
    }

    /// A folder of backups is no team, and what a restore moved aside is none either.
    fn backups_are_no_projects() {
        let fleet = Fleet::new(2);
        let root = fleet.dir.path();
        std::fs::rename(fleet.path("p001"), root.join("one.db")).expect("move");
        fleet.run(["up", "--pattern", "*.db"]).run().ok();
        for folder in ["two", "one.db.damaged-20260101T000000.000000Z"] {
            std::fs::create_dir(root.join(folder)).expect("make a folder");
        }
        std::fs::copy(fleet.path("p002"), root.join("two/board.db")).expect("copy");
        std::fs::copy(fleet.path("p002"), root.join("one.db.damaged-20260101T000000.000000Z/one.db")).expect("copy");
        let mut before = fleet.files();
        let output = fleet.run(["up", "--pattern", "*/*.db", "--json"]).run().ok();
        assert_eq!(outcomes(&summary(&output)).into_keys().collect::<Vec<_>>(), ["two/board"], "{output}");
        let mut after = fleet.files();
        for files in [&mut before, &mut after] {
            files.retain(|name, _| name.starts_with("one.db.backups") || name.starts_with("one.db.damaged"));
        }
        assert!(before.len() > 2 && before == after, "a backup was written to");
        // Nor by its name.
        fleet.run(["up", "--pattern", "one.db.backups/*.db"]).run().code(2);
    }
}
