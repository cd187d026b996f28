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
        let full = t.callboard(["ready", "--agent", "coder"]).run().ok();
        assert!(full.stdout.contains("Nothing is ready.") && full.stderr.contains("Nothing can be claimed now"), "{full}");
        refused(&t, ["ready", "--agent", "nobody"], 13);
    }
}
