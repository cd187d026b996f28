//! Many databases, some of which can't be migrated: exactly those fail, each with its own code.

use std::collections::BTreeMap;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::time::Duration;

use callboard_migration::runner::HISTORY_TABLE;
use support::plain;

use super::stage::{BEGIN, Fleet, history, name, newest, objects, of_the_app, on, outcomes, summary};
use crate::migration::common::{number, sql};
use crate::migration::faults::report::{Figures, record};
use crate::migration::faults::{control, share};

plain! {
    /// One hundred in every run, with each kind of poison once; ten thousand in the full one, of which 1 % are poisoned.
    fn exactly_the_poisoned_ones_fail() {
        let blocks = share(1, 10);
        let count = if blocks == 1 { 100 } else { 1000 * blocks };
        let fleet = if blocks == 1 { Fleet::new(count) } else { Fleet::on_disk(count) };
        let app = of_the_app(&fleet.path("p001"));
        let outside = support::scratch_dir();
        let poisons: Vec<Poisons> = (0..blocks).map(|block| Poisons::put(&fleet, outside.path(), 1000 * block)).collect();
        std::fs::create_dir(fleet.dir.path().join("projects/bad name")).expect("make a folder");
        let refused: Vec<PathBuf> = poisons.iter().flat_map(|p| p.refused(&fleet)).collect();
        let read = || refused.iter().map(|file| std::fs::read(file).expect("read")).collect::<Vec<_>>();
        let before = read();

        let args = ["up", "--json", "--lock-timeout", "1"];
        let run = || fleet.run(args).limit(Duration::from_secs(4 * 3600)).run().code(12);
        let locked = poisons.iter().map(|p| fleet.path(&p.locked)).collect::<Vec<_>>();
        let output = while_locked(&locked, run);

        let summary = summary(&output);
        let mut wanted: BTreeMap<String, (String, u64)> =
            (1..=count).map(|n| (name(n), ("done".to_owned(), 0))).collect();
        wanted.insert("bad name".to_owned(), ("failed".to_owned(), 18));
        for (project, code) in poisons.iter().flat_map(Poisons::codes) {
            let word = if code == 0 { "skipped" } else { "failed" };
            wanted.insert(project, (word.to_owned(), code));
        }
        let hit = wanted.values().filter(|(word, _)| word != "done").count();
        let mut figures = Figures::new("`fleet up` over databases of which 1 % are poisoned, SQLite", hit);
        let found = outcomes(&summary);
        for (project, wanted) in &wanted {
            let found = found.get(project);
            let failure = (found != Some(wanted)).then(|| format!("{project}: {found:?}, and not {wanted:?}"));
            figures.add(wanted.0 != "done", failure);
        }
        assert_eq!(found.len(), wanted.len(), "{output}");
        let failed = hit - blocks;
        assert_eq!((&summary["succeeded"], &summary["skipped"]), (&(count + 1 - hit).into(), &blocks.into()));
        assert_eq!(summary["failed"], failed, "{output}");
        let finished = objects(&output).iter().filter(|o| o["kind"] == "finished").count();
        assert_eq!(finished, count + 1);

        assert!(before == read(), "a refused database was written to, or a link was followed");
        assert_eq!(std::fs::read_dir(outside.path()).expect("list").count(), 2 * blocks);
        for Poisons { missing, locked, clash, .. } in &poisons {
            assert!(!fleet.path(missing).exists());
            assert_eq!(history(&fleet.path(locked)).len(), 21);
            assert_eq!(on(&fleet.path(clash), async |db| number(db, "SELECT count(*) FROM board_users").await), 1);
        }
        let done: Vec<&String> = wanted.iter().filter(|(_, (word, _))| word == "done").map(|(p, _)| p).collect();
        for project in done.iter().step_by(45) {
            assert_eq!(history(&fleet.path(project)).len(), newest(), "{project}");
            assert_eq!(of_the_app(&fleet.path(project)), app, "{project}");
            let backups = fleet.path(project).with_file_name("project.db.backups");
            let found = std::fs::read_dir(&backups).expect("list").map(|e| e.expect("an entry").path());
            let manifests: Vec<_> = found.filter(|p| p.extension().is_some_and(|e| e == "json")).collect();
            let text = std::fs::read_to_string(manifests.first().expect("a manifest")).expect("read");
            assert!(manifests.len() == 1 && text.contains(summary["run"].as_str().expect("a run")), "{text}");
        }
        figures.controlled_by(naive());
        record(figures);

        // Once more: nothing is done twice, and what was mended is done.
        let mended = poisons.first().expect("a block").read_only.clone();
        std::fs::set_permissions(fleet.path(&mended), std::fs::Permissions::from_mode(0o600)).expect("chmod");
        let output = fleet.run(["up"]).limit(Duration::from_secs(4 * 3600)).run().code(12);
        let end = format!("{} succeeded, {blocks} skipped, {} failed\n", count + 2 - hit + blocks, failed - 1 - blocks);
        assert!(output.stdout.ends_with(&end), "{end}{output}");
        let lines = [format!("{mended}: done, {} migrations", newest() - 21), "p001: nothing to do\n".to_owned()];
        assert!(lines.iter().all(|line| output.stderr.contains(line)), "{output}");
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
        assert_eq!(history(&fleet.path("mine")).len(), newest());
        // And back: what is left is what was there.
        fleet.run(["down", "--all", "--project", "mine"]).run().ok();
        let left = on(&fleet.path("mine"), async |db| super::stage::lines(db, "SELECT name FROM sqlite_schema").await);
        assert_eq!(left, ["notes"]);
    }
}

/// The projects of one block that something is wrong with, each by what.
struct Poisons {
    linked_folder: String,
    linked: String,
    corrupt: String,
    damaged: String,
    read_only: String,
    newer: String,
    missing: String,
    clash: String,
    /// By whoever runs the test.
    locked: String,
    /// Another application's databases, out of the root.
    outside: [PathBuf; 2],
}

impl Poisons {
    /// Spoils the databases after the number `from`.
    fn put(fleet: &Fleet, outside: &Path, from: usize) -> Self {
        let at = |n: usize| name(from + n);
        let folder = outside.join(from.to_string());
        let poisons = Self {
            linked_folder: at(20),
            linked: at(30),
            corrupt: at(40),
            damaged: at(41),
            read_only: at(50),
            newer: at(60),
            missing: at(70),
            clash: at(80),
            locked: at(90),
            outside: [folder.join("project.db"), outside.join(format!("{from}.db"))],
        };
        let path = |project: &str| fleet.path(project);
        std::fs::create_dir(&folder).expect("make a folder");
        let linked = path(&poisons.linked_folder);
        std::fs::rename(&linked, &poisons.outside[0]).expect("move");
        let inside = linked.parent().expect("a folder");
        std::fs::remove_dir(inside).expect("remove");
        symlink(&folder, inside).expect("link");
        std::fs::rename(path(&poisons.linked), &poisons.outside[1]).expect("move");
        symlink(&poisons.outside[1], path(&poisons.linked)).expect("link");
        // Not SQLite any more; SQLite, but its pages are not.
        std::fs::write(path(&poisons.corrupt), "no database\n".repeat(1000)).expect("write");
        let mut bytes = std::fs::read(path(&poisons.damaged)).expect("read");
        bytes[100..].fill(0xa5);
        std::fs::write(path(&poisons.damaged), bytes).expect("write");
        let read_only = std::fs::Permissions::from_mode(0o444);
        std::fs::set_permissions(path(&poisons.read_only), read_only).expect("chmod");
        let newer = format!(
            "INSERT INTO {HISTORY_TABLE} SELECT 'm20991231_000099_later', applied_at, 0, '9', '' FROM {HISTORY_TABLE} LIMIT 1"
        );
        on(&path(&poisons.newer), async |db| sql(db, &newer).await);
        std::fs::remove_file(path(&poisons.missing)).expect("remove");
        on(&path(&poisons.clash), async |db| sql(db, "CREATE TABLE workflow_context (theirs text)").await);
        on(&path(&poisons.clash), async |db| sql(db, "CREATE TABLE workflow_events (theirs text)").await);
        poisons
    }

    /// The exit code of each; 0 is skipped.
    fn codes(&self) -> [(String, u64); 9] {
        let Self { linked_folder, linked, corrupt, damaged, read_only, newer, missing, clash, locked, .. } = self;
        [
            (linked_folder, 18),
            (linked, 18),
            (corrupt, 18),
            (damaged, 11),
            (read_only, 18),
            (newer, 7),
            (missing, 0),
            (clash, 14),
            (locked, 6),
        ]
        .map(|(project, code)| (project.clone(), code))
    }

    /// The files that must be byte for byte as they were.
    fn refused(&self, fleet: &Fleet) -> Vec<PathBuf> {
        let inside = [&self.corrupt, &self.damaged, &self.read_only, &self.newer, &self.clash];
        inside.into_iter().map(|project| fleet.path(project)).chain(self.outside.clone()).collect()
    }
}

/// Runs while somebody else writes to these.
fn while_locked<T: Send>(files: &[PathBuf], run: impl FnOnce() -> T + Send) -> T {
    let Some((first, others)) = files.split_first() else { return run() };
    on(first, async |db| {
        sql(db, "BEGIN IMMEDIATE").await;
        let output = std::thread::scope(|scope| scope.spawn(|| while_locked(others, run)).join().expect("no panic"));
        sql(db, "ROLLBACK").await;
        output
    })
}

/// The control: a script that takes one file after the other up, statement by statement. How many of the poisoned it
/// writes to or says it did, of how many.
fn naive() -> (usize, usize) {
    let fleet = Fleet::new(90);
    let outside = support::scratch_dir();
    let poisons = Poisons::put(&fleet, outside.path(), 0);
    let broke = |project: &str| {
        let path = fleet.path(project);
        let before = std::fs::read(&path).ok();
        let stage = (BEGIN.parse::<usize>().expect("a number") - 1).to_string();
        let url = format!("sqlite://{}", path.display());
        let output = control::any(fleet.dir.path()).args([url, "up".to_owned(), stage]).run();
        output.exit == Some(0) || std::fs::read(&path).ok() != before
    };
    let codes = poisons.codes();
    let tried: Vec<_> = codes.iter().filter(|(project, _)| *project != poisons.locked).collect();
    (tried.iter().filter(|(project, _)| broke(project)).count(), tried.len())
}
