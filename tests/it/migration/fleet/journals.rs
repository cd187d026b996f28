//! The journals of runs: who writes to them, and how many there are.

use std::path::{Path, PathBuf};

use support::plain;
use support::shim::{Calls, Family, Fault, inject};

use super::stage::{Fleet, history, name};

plain! {
    /// A run that goes on with none reads none, and `--dry-run` writes to none.
    fn an_older_journal_is_left_as_it_is() {
        let fleet = Fleet::new(8);
        let mut run = fleet.run(["down", "--steps", "1", "--jobs", "1", "--json"]).spawn();
        run.wait_for("\"done\":2");
        run.kill();
        let journals = || journals(&fleet.dir.path().join(".callboard-fleet"));
        let [path] = journals().try_into().expect("one journal");
        let mut text = std::fs::read_to_string(&path).expect("read");
        text.push_str("{\"kind\":\"fini");
        std::fs::write(&path, &text).expect("write half a line");
        let before = fleet.files();
        fleet.run(["down", "--steps", "1", "--dry-run"]).run().ok();
        assert!(fleet.files() == before, "something was written");
        fleet.run(["down", "--steps", "1", "--project", "p008"]).run().ok();
        assert_eq!(std::fs::read_to_string(&path).expect("read"), text);
        assert_eq!(journals().len(), 2);
        // The run that goes on with it begins a new line.
        fleet.run(["down", "--steps", "1", "--resume"]).run().ok();
        let after = std::fs::read_to_string(&path).expect("read");
        let added = after.strip_prefix(&text).and_then(|added| added.strip_prefix('\n')).expect("a new line");
        assert!(added.lines().all(|l| serde_json::from_str::<serde_json::Value>(l).is_ok()), "{added}");
        assert!(after.ends_with("{\"kind\":\"end\"}\n"), "{after}");
        assert_eq!((history(&fleet.path("p001")).len(), history(&fleet.path("p007")).len()), (20, 20));
    }

    fn the_newest_hundred_stay() {
        let fleet = Fleet::new(1);
        let folder = fleet.dir.path().join(".callboard-fleet");
        std::fs::create_dir(&folder).expect("make the folder");
        let old = |n: usize| folder.join(format!("20200101T000000.{n:03}Z.jsonl"));
        for n in 0..120 {
            std::fs::write(old(n), "{}\n").expect("write");
        }
        std::fs::write(folder.join("0.jsonl"), "somebody's").expect("write");
        // One is still written to.
        let locked = std::fs::File::open(old(5)).expect("open");
        locked.lock().expect("lock");
        fleet.run(["backup"]).run().ok();
        let left = journals(&folder);
        assert!(folder.join("0.jsonl").exists() && old(5).exists());
        assert_eq!(left.len(), 102);
        assert_eq!((0..120).filter(|n| !old(*n).exists()).collect::<Vec<_>>(), (0..21).filter(|n| *n != 5).collect::<Vec<_>>());
    }

    /// What needs no work costs no wait for the disk.
    fn what_is_done_already_is_written_down_at_once() {
        let fleet = Fleet::new(30);
        let log = fleet.dir.path().join("calls");
        for project in (1..=29).map(name) {
            std::fs::write(fleet.path(&project), "no database\n".repeat(1000)).expect("write");
        }
        inject(fleet.run(["down", "--steps", "1"]), Fault::None, &log).run().code(12);
        let mut calls = Calls::read(&log);
        calls.0.retain(|call| call.path.display().to_string().contains(".callboard-fleet"));
        let syncs = calls.of(Family::Sync);
        assert!((3..10).contains(&syncs), "{syncs} syncs\n{calls:?}");
    }
}

fn journals(folder: &Path) -> Vec<PathBuf> {
    let paths = std::fs::read_dir(folder).expect("list").map(|e| e.expect("an entry").path());
    paths.filter(|p| p.extension().is_some_and(|e| e == "jsonl")).collect()
}
