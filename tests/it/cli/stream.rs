//! `callboard stream`, and claims from one.

use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

both! {
    async fn a_stream_from_its_beginning_to_its_end(t: TestDb) {
        init(&t);
        add_items(&t, &["one", "two", "three"]).await;
        text(&t, ["agent", "register", "coder"]);
        let created = t.callboard(["stream", "create", "manual", "The manual", "--type", "documentation", "--guidance", "ask ada"]);
        let created = created.run().ok();
        assert!(created.stdout.starts_with("manual  open  documentation  The manual"), "{created}");
        assert!(created.stderr.contains("stream add manual"), "{created}");
        let added = text(&t, ["stream", "add", "manual", "CB-3", "CB-1", "CB-2"]);
        assert!(added.contains("Added to manual: CB-3, CB-1, CB-2") && added.contains("Items in manual: 3"), "{added}");
        let order = json(&t, ["stream", "order", "manual", "CB-2"], "stream_order");
        assert_eq!(order["items"], serde_json::json!(["CB-2", "CB-3", "CB-1"]));
        let shown = text(&t, ["stream", "show", "manual"]);
        for part in ["Guidance", "- ask ada", "CB-2", "3 todo"] {
            assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
        }
        let rows = json(&t, ["ready", "--stream", "manual"], "ready");
        assert_eq!(rows["items"][0]["key"], "CB-2", "{rows}");
        let ready = text(&t, ["stream", "readiness", "manual", "--check"]);
        assert!(ready.contains("Ready:") && ready.contains("3 ready, 0 at work"), "{ready}");
        let prepared = text(&t, ["stream", "prepare", "manual"]);
        for part in ["1: CB-2", "agent:coder, score 100", "CB-2: two", "ask ada"] {
            assert!(prepared.contains(part), "{part:?} is missing in\n{prepared}");
        }
        let claimed = json(&t, ["claim", "--agent", "coder", "--stream", "manual"], "claim");
        assert_eq!(claimed["claimed"][0]["item"]["key"], "CB-2");
        let id = claimed["claimed"][0]["assignment"].as_str().expect("an id").to_owned();
        let progress = text(&t, ["stream", "progress", "manual"]);
        assert!(progress.contains("0 of 3 (0 %)") && progress.contains("agent:coder"), "{progress}");
        let both = json(&t, ["assignment", "complete-and-claim", "--assignment", &id, "--agent", "coder", "--stream", "manual"], "completed_and_claimed");
        assert_eq!(both["next"]["claimed"][0]["item"]["key"], "CB-3");
        assert_eq!(json(&t, ["stream", "progress", "manual"], "stream_progress")["percent"], 33);
        let removed = t.callboard(["stream", "remove", "manual", "CB-1", "--dry-run"]).run().ok();
        assert!(removed.stdout.contains("Removed from manual: CB-1") && removed.stderr.contains("Dry run"), "{removed}");
        text(&t, ["stream", "edit", "manual", "--name", "Second edition", "--no-guidance"]);
        text(&t, ["stream", "close", "manual"]);
        let listed = text(&t, ["stream", "list", "--status", "closed"]);
        assert!(listed.contains("Second edition") && listed.contains("1 done"), "{listed}");
        assert!(text(&t, ["item", "show", "CB-1"]).contains("manual (closed)"));
        assert!(refused(&t, ["claim", "--agent", "coder", "--stream", "manual"], 14).contains("stream reopen manual"));
        text(&t, ["stream", "reopen", "manual"]);
        assert_eq!(json(&t, ["claim", "--agent", "coder", "--stream", "manual"], "claim")["claimed"][0]["item"]["key"], "CB-1");
    }

    async fn what_is_not_ready_has_an_exit_code(t: TestDb) {
        init(&t);
        add_items(&t, &["one"]).await;
        text(&t, ["stream", "create", "s", "S", "--type", "custom"]);
        t.callboard(["stream", "readiness", "s", "--check"]).run().code(3);
        text(&t, ["stream", "add", "s", "CB-1"]);
        let found = t.callboard(["stream", "readiness", "s", "--check"]).run().code(3);
        assert!(found.stdout.contains("no: 1 item is not ready") && found.stdout.contains("no agent is active"), "{found}");
        let found = json(&t, ["stream", "readiness", "s"], "stream_readiness");
        assert_eq!((&found["ready"], &found["items"][0]["state"]), (&false.into(), &"not_ready".into()));
        assert!(refused(&t, ["stream", "readiness", "s", "CB-9"], 13).contains("CB-9"));
        let prepared = json(&t, ["stream", "prepare", "s", "--budget", "1500"], "prepared_stream");
        assert_eq!(prepared["items"].as_array().map(Vec::len), Some(1));
    }

    async fn bad_input(t: TestDb) {
        init(&t);
        add_items(&t, &["one"]).await;
        refused(&t, ["stream", "create", "s", "S"], 2);
        refused(&t, ["stream", "create", "s", "S", "--type", "nonsense"], 2);
        refused(&t, ["stream", "create", "No Slug", "S", "--type", "custom"], 18);
        text(&t, ["stream", "create", "s", "S", "--type", "custom"]);
        refused(&t, ["stream", "create", "s", "S", "--type", "custom"], 14);
        assert!(refused(&t, ["stream", "show", "t"], 13).contains("stream list"));
        refused(&t, ["stream", "add", "s", "CB-9"], 13);
        refused(&t, ["stream", "add", "s", "CB-1", "--position", "2"], 18);
        assert!(refused(&t, ["stream", "order", "s", "CB-1"], 13).contains("stream show"));
        refused(&t, ["stream", "prepare", "s", "--budget", "1"], 18);
        refused(&t, ["claim", "--agent", "coder", "--item", "CB-1", "--stream", "s"], 2);
    }
}
