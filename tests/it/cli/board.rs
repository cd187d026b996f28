use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn shows_who_holds_what_and_what_needs_somebody(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder"]);
        text(&t, ["item", "add", "held", "-p", "P0"]);
        text(&t, ["item", "add", "dying", "-p", "P1", "--max-attempts", "1"]);
        text(&t, ["item", "add", "waiting", "--waits-for", "CB-2"]);
        text(&t, ["item", "add", "free"]);
        text(&t, ["claim", "--agent", "coder"]);
        let id = text(&t, ["claim", "--agent", "coder"]);
        text(&t, ["fail", "--assignment", id.trim(), "--reason", "it burns"]);
        let board = json(&t, ["board"], "board");
        assert_eq!((&board["ready"], &board["held"]["rows"][0]["holder"]), (&1.into(), &"agent:coder".into()));
        assert_eq!((&board["dead"]["rows"][0]["key"], &board["stuck"]["rows"][0]["waits_for"][0]), (&"CB-2".into(), &"CB-2".into()));
        let seen = text(&t, ["board", "--project", "demo"]);
        for part in ["Project:        demo", "Held (1)", "agent:coder", "it burns", "Stuck", "CB-3"] {
            assert!(seen.contains(part), "{part:?} is missing in\n{seen}");
        }
        assert_eq!(json(&t, ["item", "retry", "CB-2"], "moved_item")["item"]["attempt_count"], 0);
        let more: Vec<_> = (0..1001).map(|n| serde_json::json!({ "title": format!("n{n}") })).collect();
        t.callboard(["item", "add", "--from", "-"]).stdin(serde_json::to_vec(&more).expect("JSON")).run().ok();
        assert!(text(&t, ["board"]).contains("1000+ todo"), "a number that is cut says so");
        assert!(text(&t, ["board", "--exact"]).contains("1004 todo"));
        refused(&t, ["board", "--project", "nowhere"], 13);
        refused(&t, ["board", "--limit", "0"], 18);
    }

    async fn ready_is_what_a_claim_hands_out(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder", "--grant", "rust", "--max-open", "1"]);
        text(&t, ["item", "add", "for experts", "-p", "P0", "--require", "rust:expert"]);
        text(&t, ["item", "add", "for anybody", "--type", "bug", "--tag", "easy"]);
        text(&t, ["item", "add", "for the coder", "-p", "P4", "--assignee", "agent:coder"]);
        let ready = json(&t, ["ready", "--agent", "coder"], "ready");
        let keys: Vec<_> = ready["items"].as_array().expect("items").iter().filter_map(|i| i["key"].as_str()).collect();
        assert_eq!(keys, ["CB-3", "CB-2"]);
        assert_eq!(json(&t, ["ready", "--type", "bug", "--tag", "easy"], "ready")["items"].as_array().map(Vec::len), Some(1));
        assert!(text(&t, ["ready"]).contains("for experts"));
        assert_eq!(json(&t, ["claim", "--agent", "coder"], "claim")["claimed"][0]["item"]["key"], keys[0]);
        let all = t.callboard(["ready", "--agent", "coder", "--all"]).run().ok();
        assert!(all.stdout.contains("Nothing is ready.") && all.stderr.contains("Nothing can be claimed now"), "{all}");
        let full = t.callboard(["ready", "--agent", "coder"]).run().ok();
        assert!(full.stdout.contains("Nothing is ready.") && full.stderr.contains("Nothing can be claimed now"), "{full}");
        refused(&t, ["ready", "--agent", "nobody"], 13);
        refused(&t, ["ready", "--agent", "nobody", "--all"], 13);
        refused(&t, ["ready", "--all", "--limit", "1"], 2);
    }

    /// All of it is the same document as a page of it, printed in pieces.
    async fn all_that_is_ready_is_printed_as_one_document(t: TestDb) {
        init(&t);
        assert_eq!(json(&t, ["ready", "--all"], "ready"), json(&t, ["ready"], "ready"), "nothing at all");
        let items: Vec<_> = (0..700).map(|n| serde_json::json!({ "title": format!("n{n}"), "priority": n % 5 })).collect();
        t.callboard(["item", "add", "--from", "-"]).stdin(serde_json::to_vec(&items).expect("JSON")).run().ok();
        let all = json(&t, ["ready", "--all"], "ready");
        assert_eq!(all, json(&t, ["ready", "--limit", "1000"], "ready"));
        assert_eq!(all["items"].as_array().map(Vec::len), Some(700));
        let shown = text(&t, ["ready", "--all"]);
        assert_eq!(shown.lines().filter(|line| line.starts_with("CB-")).count(), 700);
        let hint = t.callboard(["ready", "--limit", "1"]).run().ok();
        assert!(hint.stderr.contains("give --all"), "{hint}");
    }
}
