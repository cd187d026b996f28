use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn is_added_listed_waived_and_removed(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "base", "next", "last"]);
        assert_eq!(text(&t, ["prerequisite", "add", "CB-2", "CB-1"]), "CB-2 waits for CB-1 (pending)\n");
        assert!(t.callboard(["prerequisite", "add", "CB-2", "CB-1"]).run().ok().stderr.contains("nothing was changed"));
        json(&t, ["prerequisite", "add", "CB-3", "CB-2", "--optional", "--description", "easier then"], "added_prerequisite");
        let edges = json(&t, ["prerequisite", "list", "CB-2"], "prerequisites");
        assert_eq!((&edges["prerequisites"][0]["item"]["key"], &edges["dependents"][0]["item"]["key"]), (&"CB-1".into(), &"CB-3".into()));
        let seen = text(&t, ["prerequisite", "list", "CB-2"]);
        assert!(seen.contains("Waits for") && seen.contains("Is waited for by") && seen.contains("pending, optional"), "{seen}");
        assert_eq!(json(&t, ["ready"], "ready")["items"].as_array().map(Vec::len), Some(2));
        text(&t, ["prerequisite", "waive", "CB-2", "CB-1", "--reason", "a stub will do"]);
        assert!(text(&t, ["prerequisite", "list", "CB-2"]).contains("a stub will do"));
        assert_eq!(json(&t, ["ready"], "ready")["items"].as_array().map(Vec::len), Some(3));
        text(&t, ["prerequisite", "remove", "CB-2", "CB-1"]);
        refused(&t, ["prerequisite", "remove", "CB-2", "CB-1"], 13);
    }

    async fn completing_what_others_wait_for_sets_them_free(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "base"]);
        text(&t, ["item", "add", "next", "--waits-for", "CB-1"]);
        assert!(refused(&t, ["done", "CB-2"], 14).contains("prerequisites"));
        assert!(text(&t, ["done", "CB-1"]).contains("1 item does not wait"));
        text(&t, ["done", "CB-2"]);
    }

    async fn a_cycle_is_refused_and_shown(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "a", "b", "c"]);
        text(&t, ["prerequisite", "add", "CB-2", "CB-1"]);
        text(&t, ["prerequisite", "add", "CB-3", "CB-2"]);
        let said = refused(&t, ["prerequisite", "add", "CB-1", "CB-3"], 14);
        assert!(["CB-1", "CB-2", "CB-3"].iter().all(|key| said.contains(key)) && said.contains("cycle"), "{said}");
        refused(&t, ["prerequisite", "add", "CB-1", "CB-1"], 14);
        refused(&t, ["prerequisite", "add", "CB-1", "CB-9"], 13);
        refused(&t, ["prerequisite", "waive", "CB-3", "CB-2", "--reason", ""], 18);
    }
}
