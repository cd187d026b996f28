//! An interrupted run goes on where it was: what it finished is not redone.

use std::collections::BTreeMap;
use std::time::Duration;

use support::cli::at_once;
use support::plain;

use super::stage::{Fleet, history, name, newest, objects, outcomes, summary};

const COUNT: usize = 16;

plain! {
    /// `down --steps 1` done twice would take two back: the way to see that nothing is redone.
    fn after_sigkill() {
        let fleet = Fleet::new(COUNT);
        let before = histories(&fleet);
        let id = killed_down(&fleet);
        let finished = journal(&fleet, &id);
        assert!((4..COUNT).contains(&finished.len()), "{finished:?}");
        let middle = histories(&fleet);
        let times = times(&fleet);

        // Another goal, another pattern: not this run.
        let output = fleet.run(["down", "--steps", "2", "--resume"]).run().code(13);
        assert!(output.stderr.contains("there is no unfinished `fleet down`"), "{output}");
        fleet.run(["down", "--resume", "--pattern", "projects/p*/project.db"]).run().code(13);

        let output = fleet.run(["down", "--steps", "1", "--resume", "--json"]).run().ok();
        let summary = summary(&output);
        assert_eq!(summary["run"], id.as_str(), "{output}");
        assert_eq!(objects(&output)[0]["done_before"], finished.len(), "{output}");
        let outcomes = outcomes(&summary);
        for project in (1..=COUNT).map(name) {
            assert_eq!(history(&fleet.path(&project)), before[&project][..before[&project].len() - 1], "{project}");
            let expected = if finished.contains(&project) { "skipped" } else { "done" };
            let word = &outcomes[&project].0;
            // One can have been committed, and not yet written down.
            assert!(word == expected || word == "nothing_to_do" && middle[&project].len() == 20, "{project} {word}");
            if finished.contains(&project) {
                assert_eq!(modified(&fleet, &project), times[&project], "{project} was written to again");
            }
        }
        // It has an end now: there is nothing to go on with, and a new run goes further.
        fleet.run(["down", "--steps", "1", "--resume"]).run().code(13);
        fleet.run(["down", "--steps", "1", "--project", "p001"]).run().ok();
        assert_eq!(history(&fleet.path("p001")).len(), 19);
    }

    /// Since it was killed others went on: what it finished is no longer as it left it.
    fn after_another_verb() {
        let fleet = Fleet::new(COUNT);
        let id = killed_down(&fleet);
        let finished = journal(&fleet, &id);
        // One of them stays as it was left.
        let kept = finished.last().expect("a finished one");
        let others = (1..=COUNT).map(name).filter(|p| p != kept).flat_map(|p| ["--project".to_owned(), p]);
        fleet.run(["up"]).args(others).run().ok();
        let output = fleet.run(["down", "--steps", "1", "--resume", "--json"]).run().ok();
        let outcomes = outcomes(&summary(&output));
        for project in (1..=COUNT).map(name) {
            let expected = if project == *kept { "skipped" } else { "done" };
            assert_eq!(outcomes[&project].0, expected, "{project}\n{output}");
            assert_eq!(history(&fleet.path(&project)).len(), 20, "{project}\n{output}");
        }
    }

    /// The newest run about the same is the one that is meant, and it has its end.
    fn not_an_older_run() {
        let fleet = Fleet::new(COUNT);
        killed_down(&fleet);
        fleet.run(["down", "--steps", "1"]).run().ok();
        let before = histories(&fleet);
        let output = fleet.run(["down", "--steps", "1", "--resume"]).run().code(13);
        assert!(output.stderr.contains("there is no unfinished `fleet down`"), "{output}");
        assert_eq!(histories(&fleet), before);
    }

    /// What is the newest version to one build is none to another.
    fn not_the_run_of_another_build() {
        let fleet = Fleet::new(COUNT);
        let id = killed_down(&fleet);
        let path = fleet.dir.path().join(".callboard-fleet").join(format!("{id}.jsonl"));
        let text = std::fs::read_to_string(&path).expect("read the journal");
        let (first, rest) = text.split_once('\n').expect("a line");
        let mut first: serde_json::Value = serde_json::from_str(first).expect("an object");
        first["about"]["newest"] = "m20201231_000001_older".into();
        std::fs::write(&path, format!("{first}\n{rest}")).expect("write the journal");
        fleet.run(["down", "--steps", "1", "--resume"]).run().code(13);
    }

    fn after_sigint() {
        let fleet = Fleet::new(COUNT);
        let mut run = fleet.run(["up", "--jobs", "2", "--json"]).spawn();
        run.wait_for("\"done\":3");
        run.interrupt();
        let output = run.wait(Duration::from_secs(30)).code(130);
        let first = summary(&output);
        assert!(first["stopped"].as_str().is_some_and(|why| why.contains("--resume")), "{output}");
        let (done, of) = (first["succeeded"].as_u64().expect("a count"), u64::try_from(COUNT).expect("a count"));
        assert!((3..of).contains(&done), "{output}");
        for project in (1..=COUNT).map(name) {
            let applied = history(&fleet.path(&project)).len();
            let wanted = if outcomes(&first)[&project].0 == "done" { newest() } else { 21 };
            assert_eq!(applied, wanted, "{project} is between\n{output}");
        }
        let output = fleet.run(["up", "--resume"]).run().ok();
        assert!(output.stderr.contains(&format!("; {done} were done before the interruption")), "{output}");
        assert!(histories(&fleet).values().all(|applied| applied.len() == newest()));
    }

    /// Two runs over the same databases: each is taken up once, by one of them.
    fn two_runs_at_once() {
        let fleet = Fleet::new(COUNT);
        let outputs = at_once([1, 2].map(|_| fleet.run(["up", "--json"])));
        let runs: Vec<_> = outputs.into_iter().map(|o| summary(&o.ok())).collect();
        assert_ne!(runs[0]["run"], runs[1]["run"]);
        let both = [outcomes(&runs[0]), outcomes(&runs[1])];
        for project in (1..=COUNT).map(name) {
            let mut words = both.each_ref().map(|o| o[&project].0.as_str());
            words.sort_unstable();
            assert_eq!(words, ["done", "nothing_to_do"], "{project}");
            assert_eq!(history(&fleet.path(&project)).len(), newest());
        }
    }
}

/// Kills `down --steps 1` when it has done four, and gives the run's id.
fn killed_down(fleet: &Fleet) -> String {
    let mut run = fleet.run(["down", "--steps", "1", "--jobs", "1", "--json"]).spawn();
    run.wait_for("\"done\":4");
    let killed = run.kill();
    assert_eq!(killed.signal, Some(9), "too late\n{killed}");
    objects_of_killed(&killed.stdout)
}

fn histories(fleet: &Fleet) -> BTreeMap<String, Vec<String>> {
    (1..=COUNT).map(name).map(|project| (project.clone(), history(&fleet.path(&project)))).collect()
}

fn modified(fleet: &Fleet, project: &str) -> std::time::SystemTime {
    std::fs::metadata(fleet.path(project)).and_then(|m| m.modified()).expect("a time")
}

fn times(fleet: &Fleet) -> BTreeMap<String, std::time::SystemTime> {
    (1..=COUNT).map(name).map(|project| (project.clone(), modified(fleet, &project))).collect()
}

fn objects_of_killed(stdout: &str) -> String {
    let first: serde_json::Value = serde_json::from_str(stdout.lines().next().expect("a line")).expect("an object");
    first["run"].as_str().expect("a run").to_owned()
}

/// The projects that the journal of a run says are finished.
fn journal(fleet: &Fleet, run: &str) -> Vec<String> {
    let path = fleet.dir.path().join(".callboard-fleet").join(format!("{run}.jsonl"));
    let text = std::fs::read_to_string(path).expect("read the journal");
    let lines = text.lines().filter_map(|l| serde_json::from_str::<serde_json::Value>(l).ok());
    let finished = lines.filter(|l| l["kind"] == "finished");
    finished.map(|l| l["project"].as_str().expect("a project").to_owned()).collect()
}
