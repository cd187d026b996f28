use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn is_added_filled_ordered_and_measured(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "a", "b", "c", "--estimate", "2"]);
        let days = ["--starts", "2026-11-16", "--ends", "2026-11-27"];
        let added = t.callboard(["sprint", "add", "sprint-62", "The parser", "--goal", "it parses"]).args(days).run().ok();
        assert_eq!(added.stdout, "SPRINT-62  planning  The parser  2026-11-16 to 2026-11-27\n");
        assert!(text(&t, ["sprint", "add-items", "62", "CB-1", "CB-2"]).contains("Added: CB-1, CB-2"));
        let changed = json(&t, ["sprint", "add-items", "62", "CB-3", "CB-2", "--position", "1"], "sprint_items_changed");
        assert_eq!((&changed["changed"], &changed["already"], &changed["total"]),
            (&serde_json::json!(["CB-3"]), &serde_json::json!(["CB-2"]), &3.into()));
        text(&t, ["sprint", "reorder", "62", "CB-2", "1"]);
        let keys = |shown: serde_json::Value| -> String {
            shown["items"].as_array().expect("items").iter().filter_map(|i| i["key"].as_str()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(keys(json(&t, ["sprint", "show", "62"], "sprint_details")), "CB-2 CB-3 CB-1");
        text(&t, ["sprint", "move-item", "62", "CB-1", "2"]);
        text(&t, ["sprint", "remove-items", "62", "CB-3"]);
        assert_eq!(keys(json(&t, ["sprint", "show", "62"], "sprint_details")), "CB-2 CB-1");
        text(&t, ["sprint", "edit", "62", "--status", "active"]);
        text(&t, ["done", "CB-1", "--hours", "1.5"]);
        let load = json(&t, ["sprint", "load", "62"], "sprint_load");
        assert_eq!((&load["load"][0]["assignee"], &load["load"][0]["done"]), (&"user:ada".into(), &1.into()));
        assert!(text(&t, ["sprint", "load", "62"]).contains("nobody"));
        let burndown = json(&t, ["sprint", "burndown", "62"], "sprint_burndown");
        let last = burndown["days"].as_array().and_then(|days| days.last()).expect("a day").clone();
        assert_eq!((&last["scope"], &last["remaining"]), (&2.into(), &1.into()));
        assert!(text(&t, ["sprint", "burndown", "62"]).contains('#'));
        assert!(text(&t, ["sprint", "list", "--status", "active"]).contains("1 todo, 1 done"));
        assert_eq!(json(&t, ["item", "list", "--sprint", "62"], "items")["items"].as_array().map(Vec::len), Some(2));
    }

    async fn refusals_name_the_rule(t: TestDb) {
        init(&t);
        text(&t, ["sprint", "add", "1", "One"]);
        refused(&t, ["sprint", "add", "SPRINT-1", "Again"], 14);
        refused(&t, ["sprint", "add", "2", "Two", "--starts", "2026-11-27", "--ends", "2026-11-16"], 18);
        refused(&t, ["sprint", "add", "2", "Two", "--starts", "soon"], 2);
        refused(&t, ["sprint", "show", "9"], 13);
        refused(&t, ["sprint", "add-items", "1"], 2);
        refused(&t, ["sprint", "add-items", "1", "CB-9"], 13);
        refused(&t, ["sprint", "move-item", "1", "CB-9", "1"], 13);
        refused(&t, ["sprint", "edit", "1", "--status", "nearly"], 2);
        assert!(text(&t, ["sprint", "show", "1"]).contains("None yet."));
    }
}
