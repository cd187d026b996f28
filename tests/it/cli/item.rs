use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn one_is_added_with_everything_and_shown(t: TestDb) {
        init(&t);
        text(&t, ["agent", "register", "coder", "--grant", "rust:expert"]);
        text(&t, ["item", "add", "The parser", "--type", "epic"]);
        let args = [
            "item", "add", "Write it", "-p", "P1", "--type", "bug", "--parent", "CB-1", "--require", "rust:proficient",
            "--tag", "urgent", "--due", "2026-12-31", "--estimate", "2.505", "--criterion", "has tests", "--criterion",
            "has docs", "--assignee", "agent:coder", "--metadata", r#"{"a":1}"#, "--description", "-",
        ];
        let added = t.callboard(args).stdin("line one\n\tline two\n").run().ok().stdout;
        assert_eq!(added, "CB-2  Write it\n");
        let shown = json(&t, ["item", "show", "cb-2"], "item_details");
        let item = &shown["item"];
        assert_eq!((&item["priority"], &item["type"], &item["tags"][0]), (&1.into(), &"bug".into(), &"urgent".into()));
        assert_eq!((&item["description"], &item["due_at"]), (&"line one\n\tline two\n".into(), &"2026-12-31T23:59:59Z".into()));
        assert_eq!((&shown["parent"]["key"], &shown["assignee"]), (&"CB-1".into(), &"agent:coder".into()));
        let seen = text(&t, ["item", "show", "CB-2"]);
        for part in ["Write it", "rust:proficient", "2. [ ] has docs", "  line one\n      line two\n", "Part of:        CB-1", "user:ada"] {
            assert!(seen.contains(part), "{part:?} is missing in\n{seen}");
        }
    }

    async fn many_are_added_from_a_plan_or_not_at_all(t: TestDb) {
        init(&t);
        let plan = r#"[{"title":"a","type":"epic"},{"title":"b","parent":{"index":0}},
                       {"title":"c","priority":0,"prerequisites":[{"index":1}],"requirements":[{"capability":"rust","level":"basic"}]}]"#;
        let added = t.callboard(["item", "add", "--from", "-", "--json"]).stdin(plan).run();
        assert_eq!(super::data(added, "added_items")[2]["unmet_prerequisites"], 1);
        for (bad, exit) in [("[{", 18), (r#"[{"titel":"x"}]"#, 18), (r#"[{"title":"x"},{"title":""}]"#, 18), ("[]", 18)] {
            t.callboard(["item", "add", "--from", "-"]).stdin(bad).run().code(exit);
        }
        t.callboard(["item", "add", "--from", "nowhere.json"]).run().code(13);
        refused(&t, ["item", "add", "x", "--from", "plan.json"], 2);
        refused(&t, ["item", "add"], 2);
        assert_eq!(json(&t, ["item", "list"], "items")["items"].as_array().map(Vec::len), Some(3));
        let tree = text(&t, ["item", "tree"]);
        assert!(tree.contains("CB-1  todo  a  (0 of 1 done)\n  CB-2  todo  b\n"), "{tree}");
        assert_eq!(json(&t, ["item", "tree", "CB-1", "--depth", "0"], "item_tree")["items"].as_array().map(Vec::len), Some(1));
    }

    async fn is_listed_by_what_it_is_in_pages(t: TestDb) {
        init(&t);
        for (title, more) in [("apple", &["-p", "P3"][..]), ("banana", &["--tag", "fruit"]), ("cherry", &["-p", "P0", "--type", "bug"])] {
            t.callboard(["item", "add", title]).args(more).run().ok();
        }
        let titles = |args: &[&str]| {
            let page = t.callboard(["item", "list", "--json"]).args(args).run().ok().json();
            let items = page["data"]["items"].as_array().expect("a list").clone();
            items.iter().map(|i| i["title"].as_str().expect("a title").to_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(titles(&[]), "cherry banana apple");
        assert_eq!(titles(&["--order", "created"]), "cherry banana apple");
        assert_eq!(titles(&["an"]), "banana");
        assert_eq!((titles(&["--tag", "fruit"]), titles(&["--type", "bug"])), ("banana".into(), "cherry".into()));
        assert_eq!(titles(&["--priority", "P0", "--priority", "3"]), "cherry apple");
        text(&t, ["item", "move", "CB-1", "backlog"]);
        assert_eq!((titles(&["--status", "backlog"]), titles(&["--ready"])), ("apple".into(), "cherry banana".into()));
        let first = t.callboard(["item", "list", "--limit", "2"]).run().ok();
        let cursor = first.stderr.split("--after ").nth(1).expect("a hint that there is more").trim().to_owned();
        assert_eq!(titles(&["--limit", "2", "--after", &cursor]), "apple");
        refused(&t, ["item", "list", "--after", "garbage"], 18);
        refused(&t, ["item", "list", "--limit", "0"], 18);
        assert!(refused(&t, ["item", "list", "--status", "tod"], 2).contains("todo"));
        refused(&t, ["item", "list", "--assignee", "ada"], 18);
        assert_eq!(text(&t, ["item", "list", "--dead"]), "No items.\n");
    }

    async fn is_edited_and_an_old_revision_is_refused(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "x", "--criterion", "one", "--criterion", "two", "--tag", "old"]);
        let edited = json(&t, ["item", "edit", "CB-1", "--title", "y", "--tag", "new", "--no-tag", "old", "--revision", "0"], "edited_item");
        assert_eq!((&edited["item"]["title"], &edited["item"]["tags"]), (&"y".into(), &serde_json::json!(["new"])));
        let said = refused(&t, ["item", "edit", "CB-1", "--title", "z", "--revision", "0"], 14);
        assert!(said.contains("at revision 1, not 0"), "{said}");
        text(&t, ["item", "edit", "CB-1", "--check", "2"]);
        assert!(text(&t, ["item", "show", "CB-1"]).contains("1. [ ] one\n  2. [x] two"));
        refused(&t, ["item", "edit", "CB-1", "--check", "3"], 18);
        refused(&t, ["item", "edit", "CB-1", "--check", "0"], 18);
        assert!(t.callboard(["item", "edit", "CB-1", "--title", "y"]).run().ok().stderr.contains("nothing was changed"));
        refused(&t, ["item", "edit", "CB-1", "--parent", "CB-1"], 14);
        text(&t, ["item", "comment", "CB-1", "first!"]);
        refused(&t, ["item", "comment", "CB-1", " "], 18);
        let history = json(&t, ["item", "history", "CB-1", "--comments"], "item_history");
        assert_eq!((&history["events"][0]["reason"], &history["events"][0]["actor"]), (&"first!".into(), &"user:ada".into()));
        let page = t.callboard(["item", "history", "CB-1", "--limit", "1"]).run().ok();
        assert!(page.stdout.contains("first!") && page.stderr.contains("--before"), "{page}");
    }

    async fn goes_by_hand_where_the_machine_allows_it(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "x", "--backlog"]);
        let said = refused(&t, ["item", "move", "CB-1", "done"], 14);
        assert!(said.contains("item CB-1 is backlog") && said.contains("callboard item move CB-1 todo"), "{said}");
        assert_eq!(text(&t, ["item", "move", "CB-1", "todo"]), "CB-1  todo  x\n");
        assert!(t.callboard(["item", "move", "CB-1", "todo"]).run().ok().stderr.contains("nothing was changed"));
        text(&t, ["item", "block", "CB-1", "--reason", "no power"]);
        assert!(text(&t, ["item", "show", "CB-1"]).contains("Blocked:        no power"));
        refused(&t, ["item", "block", "CB-1"], 2);
        text(&t, ["item", "unblock", "CB-1"]);
        assert_eq!(json(&t, ["item", "cancel", "CB-1", "--reason", "no"], "cancelled_item")["item"]["status"], "cancelled");
        assert_eq!(json(&t, ["item", "reopen", "CB-1"], "moved_item")["item"]["status"], "todo");
        refused(&t, ["item", "retry", "CB-1"], 14);
        text(&t, ["item", "archive", "CB-1"]);
        assert_eq!(text(&t, ["item", "list"]), "No items.\n");
        assert!(text(&t, ["item", "list", "--only-archived"]).contains("CB-1"));
        text(&t, ["item", "unarchive", "CB-1"]);
        refused(&t, ["item", "show", "CB-9"], 13);
    }

    async fn what_others_wait_for_is_cancelled_with_care(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "base"]);
        text(&t, ["item", "add", "middle", "--waits-for", "CB-1"]);
        text(&t, ["item", "add", "top", "--waits-for", "CB-2"]);
        let said = refused(&t, ["item", "cancel", "CB-1"], 14);
        assert!(said.contains("CB-2") && said.contains("--waive-dependents"), "{said}");
        let dry = t.callboard(["item", "cancel", "CB-1", "--cancel-dependents", "--dry-run", "--json"]).run().ok().json();
        assert_eq!((&dry["dry_run"], &dry["data"]["cancelled"]), (&true.into(), &serde_json::json!(["CB-2", "CB-3"])));
        assert_eq!(json(&t, ["item", "show", "CB-1"], "item_details")["item"]["status"], "todo");
        assert!(text(&t, ["item", "cancel", "CB-1", "--waive-dependents"]).contains("Go on without it: CB-2"));
        assert_eq!(json(&t, ["item", "show", "CB-2"], "item_details")["item"]["unmet_prerequisites"], 0);
        assert!(text(&t, ["item", "cancel", "CB-2", "--cancel-dependents"]).contains("Cancelled too: CB-3"));
        refused(&t, ["item", "cancel", "CB-3", "--cancel-dependents", "--waive-dependents"], 2);
    }

    async fn is_deleted_only_where_nothing_happened_and_that_is_meant(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "oops", "kept"]);
        refused(&t, ["item", "delete", "CB-1"], 2);
        let dry = t.callboard(["item", "delete", "CB-1", "--dry-run"]).run().ok();
        assert!(dry.stderr.contains("nothing was changed"), "{dry}");
        assert_eq!(text(&t, ["item", "delete", "CB-1", "--yes"]), "Deleted CB-1  oops\n");
        refused(&t, ["item", "show", "CB-1"], 13);
        text(&t, ["item", "comment", "CB-2", "keep me"]);
        assert!(refused(&t, ["item", "delete", "CB-2", "--yes"], 14).contains("CB-2"));
    }
}
