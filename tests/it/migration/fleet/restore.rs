//! `fleet restore` puts each backup of a run back in its own project's place.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use support::plain;

use super::stage::{Fleet, history, lines, name, of_the_app, on, outcomes, summary};
use crate::migration::common::sql;

const COUNT: usize = 5;

plain! {
    fn each_in_its_own_place_after_up_and_after_down() {
        let fleet = Fleet::new(COUNT);
        for project in (1..=COUNT).map(name) {
            mark(&fleet.path(&project), &project);
        }
        let before: Vec<_> = (1..=COUNT).map(|n| state(&fleet.path(&name(n)))).collect();
        assert_ne!(before[0], before[1]);
        let up = run_of(&fleet.run(["up", "--json"]).run().ok());
        for project in (1..=COUNT).map(name) {
            mark(&fleet.path(&project), "changed since");
        }
        let changed: Vec<_> = (1..=COUNT).map(|n| state(&fleet.path(&name(n)))).collect();

        // Nobody is asked where there is no terminal, and a look changes nothing.
        let files = fleet.files();
        let output = fleet.run(["restore", &up]).run().code(14);
        assert!(output.stderr.contains("run it again with --yes"), "{output}");
        let output = fleet.run(["restore", &up, "--dry-run"]).run().ok();
        assert!(output.stdout.ends_with("5 would be changed, 0 left as they are, 0 refused. Nothing was changed.\n"), "{output}");
        assert!(fleet.files() == files, "something was written");

        let undo = run_of(&fleet.run(["restore", &up, "--yes", "--json"]).run().ok());
        for (n, state_before) in (1..).zip(&before) {
            assert_eq!(&state(&fleet.path(&name(n))), state_before, "{n}");
        }
        // What it overwrote is a run's backups too.
        fleet.run(["restore", &undo, "--yes"]).run().ok();
        for (n, state_changed) in (1..).zip(&changed) {
            assert_eq!(&state(&fleet.path(&name(n))), state_changed, "{n}");
        }

        let refused = fleet.run(["down", "--all"]).run().code(12);
        assert!(refused.stdout.contains("board_users (1 row"), "{refused}");
        let down = run_of(&fleet.run(["down", "--all", "--yes-lose-data", "--json"]).run().ok());
        assert!(!of_the_app(&fleet.path("p001")).is_empty());
        // A database that is gone has its place all the same.
        std::fs::remove_file(fleet.path("p002")).expect("remove");
        fleet.run(["restore", &down, "--yes"]).run().ok();
        for (n, state_changed) in (1..).zip(&changed) {
            assert_eq!(&state(&fleet.path(&name(n))), state_changed, "{n}");
        }
    }

    fn backups_are_never_mixed_up() {
        let fleet = Fleet::new(3);
        for project in (1..=3).map(name) {
            mark(&fleet.path(&project), &project);
        }
        let run = run_of(&fleet.run(["backup", "--json", "--jobs", "3"]).run().ok());
        // One project's backups get another's place.
        let folder = |project: &str| backups(&fleet, project);
        std::fs::remove_dir_all(folder("p002")).expect("remove");
        std::fs::rename(folder("p001"), folder("p002")).expect("move");
        let before = std::fs::read(fleet.path("p002")).expect("read");
        let output = fleet.run(["restore", &run, "--yes", "--json"]).run().code(12);
        let outcomes = outcomes(&summary(&output));
        assert_eq!(outcomes["p001"].0, "skipped", "{output}");
        assert_eq!(outcomes["p002"], ("failed".to_owned(), 14), "{output}");
        assert_eq!(outcomes["p003"].0, "done", "{output}");
        assert!(std::fs::read(fleet.path("p002")).expect("read") == before);

        // A damaged one, and a folder that is a link, are refused; what is sound is put back.
        let data = std::fs::read_dir(folder("p003")).expect("list").map(|e| e.expect("an entry").path());
        for path in data.filter(|p| p.extension().is_some_and(|e| e == "db")) {
            let mut bytes = std::fs::read(&path).expect("read");
            bytes[5000] ^= 1;
            std::fs::write(&path, bytes).expect("write");
        }
        let before = std::fs::read(fleet.path("p003")).expect("read");
        let output = fleet.run(["restore", &run, "--yes", "--project", "p003", "--json"]).run().code(12);
        assert_eq!(summary(&output)["outcomes"][0]["exit_code"], 18, "{output}");
        assert!(std::fs::read(fleet.path("p003")).expect("read") == before);
        let output = fleet.run(["restore", "2001", "--yes"]).run().code(13);
        assert!(output.stderr.contains("did you mean") && output.stderr.contains(&run), "{output}");
    }

    /// Neither a name nor another pattern hides the project that a backup is of.
    fn a_named_project_gets_no_other_ones_backup() {
        let fleet = Fleet::new(3);
        for project in (1..=3).map(name) {
            mark(&fleet.path(&project), &project);
        }
        let run = run_of(&fleet.run(["backup", "--json"]).run().ok());
        std::fs::remove_dir_all(backups(&fleet, "p002")).expect("remove");
        std::fs::rename(backups(&fleet, "p001"), backups(&fleet, "p002")).expect("move");
        let before = std::fs::read(fleet.path("p002")).expect("read");
        for args in [["--project", "p002"], ["--pattern", "projects/*2/project.db"]] {
            let output = fleet.run(["restore", &run, "--yes", "--json"]).args(args).run().code(12);
            let summary = summary(&output);
            assert_eq!((&summary["failed"], &summary["outcomes"][0]["exit_code"]), (&1.into(), &14.into()), "{output}");
            assert!(std::fs::read(fleet.path("p002")).expect("read") == before, "{args:?}");
            // The way out is one that there is.
            let hint = summary["outcomes"][0]["hint"].as_str().expect("a hint");
            assert!(hint.contains("`migration restore FILE --any-source`"), "{hint}");
        }
        // A project that was moved is still itself.
        std::fs::remove_dir_all(fleet.path("p001").parent().expect("a folder")).expect("remove");
        std::fs::rename(fleet.path("p003").parent().expect("a folder"), fleet.dir.path().join("projects/p004")).expect("move");
        mark(&fleet.path("p004"), "changed since");
        fleet.run(["restore", &run, "--yes", "--project", "p004"]).run().ok();
        assert_eq!(on(&fleet.path("p004"), async |db| lines(db, "SELECT name FROM app_notes WHERE id = 3").await), ["p003"]);
    }

    /// The manifests of all backups of a fleet are more than its memory should hold.
    fn other_runs_are_not_kept_in_memory() {
        const OTHERS: usize = 40;
        let fleet = Fleet::new(1 + OTHERS);
        let run = run_of(&fleet.run(["backup", "--project", "p001", "--json"]).run().ok());
        let found = std::fs::read_dir(backups(&fleet, "p001")).expect("list").map(|e| e.expect("an entry").path());
        let path = found.into_iter().find(|p| p.extension().is_some_and(|e| e == "json")).expect("a manifest");
        let mut manifest: Value = serde_json::from_slice(&std::fs::read(&path).expect("read")).expect("a manifest");
        let rows = manifest["rows"].as_object_mut().expect("rows");
        rows.extend((0..20_000).map(|n| (format!("a_table_of_the_application_with_a_long_name_{n}"), 1.into())));
        for n in 1..=OTHERS {
            let folder = backups(&fleet, &name(n + 1));
            std::fs::create_dir(&folder).expect("make a folder");
            let id = format!("20260101T000000.{n:06}Z-000000");
            manifest["id"] = id.as_str().into();
            manifest["file"] = format!("project-{id}.db").into();
            manifest["run"] = format!("20260101T000000.{n:03}Z").into();
            std::fs::write(folder.join(format!("project-{id}.json")), manifest.to_string()).expect("write");
        }
        let most = on(&fleet.path("p001"), async |db| {
            sql(db, "BEGIN IMMEDIATE").await;
            let mut restore = fleet.run(["restore", &run, "--yes", "--json"]).spawn();
            // It waits for the lock: all manifests have been read.
            restore.wait_for("\"started\"");
            let status = std::fs::read_to_string(format!("/proc/{}/status", restore.id())).expect("its state");
            sql(db, "ROLLBACK").await;
            restore.wait(Duration::from_secs(60)).ok();
            let most = status.lines().find_map(|l| l.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB")?.parse::<usize>().ok());
            most.expect("the most memory that it had")
        });
        assert!(most < 80_000, "{most} kB");
    }
}

fn backups(fleet: &Fleet, project: &str) -> PathBuf {
    fleet.path(project).with_file_name("project.db.backups")
}

fn mark(path: &Path, text: &str) {
    on(path, async |db| sql(db, &format!("UPDATE app_notes SET name = '{text}' WHERE id = 3")).await);
}

fn state(path: &Path) -> (Vec<String>, Vec<String>) {
    (history(path), of_the_app(path))
}

fn run_of(output: &support::cli::Output) -> String {
    summary(output)["run"].as_str().expect("a run").to_owned()
}
