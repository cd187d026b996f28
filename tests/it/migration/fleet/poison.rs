//! One hundred databases, some of which can't be migrated: exactly those fail, each with its own code.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};

use callboard_migration::runner::HISTORY_TABLE;
use support::plain;

use super::stage::{Fleet, history, name, objects, of_the_app, on, outcomes, summary};
use crate::migration::common::{number, sql};

plain! {
    fn exactly_the_poisoned_ones_fail() {
        let fleet = Fleet::new(100);
        let app = of_the_app(&fleet.path("p001"));
        let outside = support::scratch_dir();
        // Another application's database, out of the root, with a link to its folder, and one to its file.
        std::fs::rename(fleet.path("p020"), outside.path().join("project.db")).expect("move");
        std::fs::remove_dir(fleet.path("p020").parent().expect("a folder")).expect("remove");
        symlink(outside.path(), fleet.path("p020").parent().expect("a folder")).expect("link");
        std::fs::remove_file(fleet.path("p030")).expect("remove");
        symlink(outside.path().join("project.db"), fleet.path("p030")).expect("link");
        // Not SQLite any more; SQLite, but its pages are not.
        std::fs::write(fleet.path("p040"), "no database\n".repeat(1000)).expect("write");
        let mut bytes = std::fs::read(fleet.path("p041")).expect("read");
        bytes[100..].fill(0xa5);
        std::fs::write(fleet.path("p041"), bytes).expect("write");
        std::fs::set_permissions(fleet.path("p050"), std::fs::Permissions::from_mode(0o444)).expect("chmod");
        let newer = format!("INSERT INTO {HISTORY_TABLE} SELECT 'm20991231_000099_later', applied_at, 0, '9', '' FROM {HISTORY_TABLE} LIMIT 1");
        on(&fleet.path("p060"), async |db| sql(db, &newer).await);
        std::fs::remove_file(fleet.path("p070")).expect("remove");
        on(&fleet.path("p080"), async |db| sql(db, "CREATE TABLE workflow_context (theirs text)").await);
        on(&fleet.path("p080"), async |db| sql(db, "CREATE TABLE workflow_events (theirs text)").await);
        std::fs::create_dir(fleet.dir.path().join("projects/bad name")).expect("make a folder");
        let poisoned = ["p040", "p041", "p050", "p060", "p080"];
        let before: Vec<_> = poisoned.iter().map(|p| std::fs::read(fleet.path(p)).expect("read")).collect();
        let away = std::fs::read(outside.path().join("project.db")).expect("read");

        let output = on(&fleet.path("p090"), async |db| {
            sql(db, "BEGIN IMMEDIATE").await;
            let output = fleet.run(["up", "--json", "--lock-timeout", "1"]).run().code(12);
            sql(db, "ROLLBACK").await;
            output
        });

        let summary = summary(&output);
        let mut wanted: BTreeMap<String, (String, u64)> =
            (1..=100).map(|n| (name(n), ("done".to_owned(), 0))).collect();
        for (project, code) in [("p020", 18), ("p030", 18), ("p040", 18), ("p041", 11), ("p050", 18), ("p060", 7), ("p080", 14), ("p090", 6), ("bad name", 18)] {
            wanted.insert(project.to_owned(), ("failed".to_owned(), code));
        }
        wanted.insert("p070".to_owned(), ("skipped".to_owned(), 0));
        assert_eq!(outcomes(&summary), wanted, "{output}");
        assert_eq!((&summary["succeeded"], &summary["skipped"], &summary["failed"]), (&91.into(), &1.into(), &9.into()));
        let finished = objects(&output).iter().filter(|o| o["kind"] == "finished").count();
        assert_eq!(finished, 101);

        let after: Vec<_> = poisoned.iter().map(|p| std::fs::read(fleet.path(p)).expect("read")).collect();
        assert!(before == after, "a refused database was written to");
        assert!(std::fs::read(outside.path().join("project.db")).expect("read") == away, "a link was followed");
        assert_eq!(std::fs::read_dir(outside.path()).expect("list").count(), 1);
        assert!(!fleet.path("p070").exists());
        for project in ["p001", "p055", "p100"] {
            assert_eq!(history(&fleet.path(project)).len(), 24, "{project}");
            assert_eq!(of_the_app(&fleet.path(project)), app, "{project}");
            let backups = fleet.path(project).with_file_name("project.db.backups");
            let found = std::fs::read_dir(&backups).expect("list").map(|e| e.expect("an entry").path());
            let manifests: Vec<_> = found.filter(|p| p.extension().is_some_and(|e| e == "json")).collect();
            let text = std::fs::read_to_string(manifests.first().expect("a manifest")).expect("read");
            assert!(manifests.len() == 1 && text.contains(summary["run"].as_str().expect("a run")), "{text}");
        }
        assert_eq!(history(&fleet.path("p090")).len(), 21);
        assert_eq!(on(&fleet.path("p080"), async |db| number(db, "SELECT count(*) FROM board_users").await), 1);

        // Once more: nothing is done twice, and what was mended is done.
        std::fs::set_permissions(fleet.path("p050"), std::fs::Permissions::from_mode(0o600)).expect("chmod");
        let output = fleet.run(["up"]).run().code(12);
        assert!(output.stdout.ends_with("92 succeeded, 1 skipped, 8 failed\n") || output.stdout.ends_with("93 succeeded, 1 skipped, 7 failed\n"), "{output}");
        assert!(output.stderr.contains("p050: done, 3 migrations") && output.stderr.contains("p001: nothing to do\n"), "{output}");
    }

    fn verify_names_what_is_not_well() {
        let fleet = Fleet::new(3);
        std::fs::create_dir(fleet.dir.path().join("projects/empty")).expect("make a folder");
        let output = fleet.run(["verify"]).run().ok();
        assert!(output.stdout.ends_with("3 are well, 1 have no board, 0 are not well\n"), "{output}");
        on(&fleet.path("p002"), async |db| sql(db, "ALTER TABLE sprints ADD COLUMN extra text").await);
        std::fs::write(fleet.path("p003"), "no database\n".repeat(1000)).expect("write");
        let files = fleet.files();
        let output = fleet.run(["verify", "--json"]).run().code(12);
        let codes = summary(&output)["projects"].as_array().expect("projects").iter().map(|p| p["exit_code"].clone()).collect::<Vec<_>>();
        assert_eq!(codes, [0, 0, 4, 18], "{output}");
        assert!(fleet.files() == files, "something was written");
    }

    /// Names of ours that are an application's are told before anything is changed, and the file stays as it is.
    fn an_app_with_our_names_is_left_byte_for_byte() {
        let fleet = Fleet::new(0);
        for project in ["mine", "theirs"] {
            std::fs::create_dir_all(fleet.path(project).parent().expect("a folder")).expect("make the folder");
            on(&fleet.path(project), async |db| sql(db, "CREATE TABLE notes (id integer PRIMARY KEY, t text)").await);
        }
        on(&fleet.path("theirs"), async |db| sql(db, "CREATE TABLE workflow_outputs (id integer PRIMARY KEY)").await);
        let before = std::fs::read(fleet.path("theirs")).expect("read");
        let output = fleet.run(["up"]).run().code(12);
        assert!(output.stdout.contains("table workflow_outputs"), "{output}");
        assert!(output.stdout.ends_with("1 succeeded, 0 skipped, 1 failed\n"), "{output}");
        assert!(std::fs::read(fleet.path("theirs")).expect("read") == before);
        assert_eq!(std::fs::read_dir(fleet.path("theirs").parent().expect("a folder")).expect("list").count(), 1);
        assert_eq!(history(&fleet.path("mine")).len(), 24);
        // And back: what is left is what was there.
        fleet.run(["down", "--all", "--project", "mine"]).run().ok();
        let left = on(&fleet.path("mine"), async |db| super::stage::lines(db, "SELECT name FROM sqlite_schema").await);
        assert_eq!(left, ["notes"]);
    }
}
