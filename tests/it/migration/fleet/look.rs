//! `status` and `verify`: each database is told as soon as it is read, and nothing leads away from the root.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::time::Duration;

use callboard_migration::Error;
use callboard_migration::fleet::{Intent, Settings, Task, prepare, status};
use callboard_migration::runner::Goal;
use support::{plain, scratch_dir};

use super::stage::{Fleet, objects, on, summary};
use crate::migration::common::sql;

plain! {
    fn each_is_told_at_once_and_an_interrupt_ends_it() {
        let fleet = Fleet::new(3);
        for verb in ["status", "verify"] {
            let output = on(&fleet.path("p003"), async |db| {
                sql(db, "BEGIN EXCLUSIVE").await;
                let mut run = fleet.run([verb, "--json", "--jobs", "1"]).spawn();
                run.wait_for("\"project\":\"p002\"");
                assert!(run.is_running(), "{verb}: it did not wait for the lock");
                run.interrupt();
                let output = run.wait(Duration::from_secs(20)).code(130);
                sql(db, "ROLLBACK").await;
                output
            });
            let told = objects(&output);
            let words: Vec<_> = told.iter().map(|o| (o["kind"].as_str(), o["project"].as_str())).collect();
            let finished = |project| (Some("finished"), Some(project));
            assert_eq!(words, [finished("p001"), finished("p002"), (Some("error"), None)], "{output}");
            assert_eq!((&told[1]["done"], &told[1]["of"]), (&2.into(), &3.into()), "{output}");
            // In words each has a line too, and the summary has all of them.
            let output = fleet.run([verb]).run().ok();
            assert_eq!(output.stderr.lines().filter(|l| l.starts_with('[') && l.contains("/3] p00")).count(), 3, "{output}");
            let output = fleet.run([verb, "--json"]).run().ok();
            let projects = summary(&output)["projects"].clone();
            let names: Vec<_> = projects.as_array().expect("projects").iter().map(|p| p["project"].as_str()).collect();
            assert_eq!(names, [Some("p001"), Some("p002"), Some("p003")], "{output}");
            assert_eq!(objects(&output).len(), 4, "{output}");
        }
    }

    /// A name that is no text has a place in JSON all the same.
    fn a_name_that_is_no_text() {
        let fleet = Fleet::new(1);
        let folder = fleet.dir.path().join("projects").join(OsStr::from_bytes(b"bad\xff"));
        std::fs::create_dir(folder).expect("make a folder");
        for args in [["status", "--json"].as_slice(), &["verify", "--json"], &["up", "--dry-run", "--json"], &["up", "--json"]] {
            let output = fleet.run([args[0]]).args(&args[1..]).run().code(12);
            let told = summary(&output);
            let projects = told["projects"].as_array().or(told["outcomes"].as_array()).expect("projects");
            let bad = projects.iter().find(|p| p["project"] == "bad\u{fffd}").expect("the folder");
            assert!(bad["exit_code"] == 18, "{output}");
            assert!(projects.iter().any(|p| p["project"] == "p001" && p["exit_code"] != 18), "{output}");
        }
        // The root's own name may be none either: each database is refused, since SQLite is given text.
        let root = fleet.dir.path().join(OsStr::from_bytes(b"root\xff"));
        std::fs::create_dir(&root).expect("make a folder");
        std::fs::rename(fleet.dir.path().join("projects"), root.join("projects")).expect("move");
        for args in [["status", "--json"].as_slice(), &["verify", "--json"], &["backup", "--dry-run", "--json"]] {
            let output = support::cli::migration(&root).arg("fleet").args(args).args(["--root", "."]).run().code(12);
            assert_eq!(summary(&output)["exit_code"], 12, "{output}");
        }
    }

    /// What was a folder when it was found is a link when its turn comes.
    fn a_link_that_comes_later_is_not_followed() {
        let outside = scratch_dir();
        let swap = |fleet: &Fleet, name: &str| {
            let folder = fleet.path("p002").parent().expect("a folder").to_owned();
            std::fs::rename(&folder, outside.path().join(name)).expect("move");
            symlink(outside.path().join(name), &folder).expect("link");
        };
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("a runtime");
        let fleet = Fleet::new(2);
        let settings = |fleet: &Fleet| Settings { jobs: 1, ..Settings::new(fleet.dir.path()) };
        let mut found = Vec::new();
        let mut see = |looked: callboard_migration::fleet::Looked<_>| {
            if looked.done == 1 {
                swap(&fleet, "one");
            }
            found.push(looked.found);
        };
        runtime.block_on(status(&settings(&fleet), &mut see)).expect("a status");
        assert!(found[0].is_ok() && matches!(found[1], Err(Error::Symlink { .. })), "{found:?}");

        let fleet = Fleet::new(2);
        let settings = settings(&fleet);
        runtime.block_on(async {
            let mut prepared = prepare(&settings, &Task::Up(Goal::Latest)).await.expect("a plan");
            swap(&fleet, "two");
            prepared.rehearse(&mut |_| {}).await;
            let intents: Vec<_> = prepared.planned().iter().map(|p| &p.intent).collect();
            assert!(matches!(intents[..], [Intent::Change(_), Intent::Refused(Error::Symlink { .. })]), "{intents:?}");
        });
        assert_eq!(std::fs::read_dir(outside.path().join("two")).expect("list").count(), 1);
    }
}
