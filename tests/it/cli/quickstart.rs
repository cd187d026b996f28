use std::collections::BTreeSet;

use serde_json::Value;
use support::{TestDb, both_empty};

use super::{data, json, refused, text};

both_empty! {
    /// Processes work, one attempt fails, one worker is killed, a run is played; what is told was read back, and the
    /// board goes on.
    async fn shows_the_main_job_and_leaves_a_usable_board(t: TestDb) {
        let output = t.callboard(["quickstart", "--json"]).env("USER", "ada").run();
        let told = data(output, "quickstart");
        let items = told["items"].as_array().expect("items");
        assert_eq!(items.len(), 16);
        let of = |status: &str| items.iter().filter(|i| i["item"]["status"] == status).count();
        // The epic, and two for the third agent.
        assert_eq!((of("done"), of("todo")), (13, 3), "{told}");
        let stories = told["stories"].as_array().expect("stories");
        let kinds: Vec<Vec<&str>> = stories
            .iter()
            .map(|s| s["events"].as_array().expect("events").iter().map(|e| e["kind"].as_str().expect("a kind")).collect())
            .collect();
        for ended in ["expired", "failed"] {
            let story = kinds.iter().find(|kinds| kinds.contains(&ended)).unwrap_or_else(|| panic!("{told}"));
            let tail = &story[story.iter().position(|kind| *kind == ended).expect("it is there")..];
            assert_eq!(tail, [ended, "released", "claimed", "completed"], "tried again, and done");
        }
        let retried = items.iter().filter(|i| i["item"]["attempt_count"] == 2).count();
        assert_eq!(retried, 2);

        played(&told);

        // What was told is what the board says.
        let listed = json(&t, ["item", "list", "--limit", "100"], "items");
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(16), "{listed}");
        let mut shown = json(&t, ["workflow", "show", "cold-sensor"], "run_details");
        assert_eq!(shown.take(), told["run"]);
        assert_eq!(json(&t, ["workflow", "outputs", "cold-sensor"], "run_outputs"), told["outputs"]);
        assert!(refused(&t, ["quickstart"], 14).contains("callboard board"));
        let next = told["ready_for_writer"][0].as_str().expect("something is left").to_owned();
        let claim = json(&t, ["claim", "--agent", "writer"], "claim");
        assert_eq!(claim["claimed"][0]["item"]["key"], next.as_str());
        assert!(text(&t, ["board"]).contains(&next));
    }
}

/// Three searches at once, each by another agent; then their results as one.
#[track_caller]
fn played(told: &Value) {
    let (run, outputs) = (&told["run"], &told["outputs"]);
    assert_eq!((&run["run"]["status"], &run["progress"]["completed"]), (&"completed".into(), &4.into()), "{run}");
    let steps = run["steps"].as_array().expect("steps");
    let text = |step: &Value, field: &str| step["step"][field].as_str().expect("a text").to_owned();
    let searches = &steps[..3];
    let latest_start = searches.iter().map(|step| text(step, "started_at")).max();
    let first_end = searches.iter().map(|step| text(step, "completed_at")).min();
    assert!(latest_start < first_end, "not at once: {run}");
    let agents: BTreeSet<&str> = searches.iter().filter_map(|step| step["agent"].as_str()).collect();
    assert_eq!(agents, BTreeSet::from(["coder", "tester", "writer"]), "{run}");
    assert_eq!((&steps[3]["step"]["name"], &steps[3]["agent"]), (&"merge".into(), &"writer".into()));
    let list = |key: &str| -> Vec<Value> {
        let output = outputs.as_array().expect("outputs").iter().find(|output| output["key"] == key);
        serde_json::from_str(output.expect(key)["value"].as_str().expect("a text")).expect("a list")
    };
    let merged = list("sources");
    assert_eq!(merged.len(), 6);
    assert_eq!(merged, ["sources-1", "sources-2", "sources-3"].map(list).concat());
}
