//! `fleet restore` puts each backup of a run back in its own project's place.

use std::path::Path;

use support::plain;

use super::stage::{Fleet, history, name, of_the_app, on, outcomes, summary};
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
        let folder = |project: &str| fleet.path(project).with_file_name("project.db.backups");
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
