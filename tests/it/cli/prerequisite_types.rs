//! Prerequisites of the other types on the command line, and what an item waits for in the end.

use support::{TestDb, both};

use super::{add_items, init, json, refused, text};

both! {
    async fn are_added_listed_and_confirmed(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "ship it", "--all-prerequisites"]);
        add_items(&t, &["the parser"]).await;
        let added = text(&t, ["prerequisite", "add", "CB-1", "--validation", "the tests pass", "--command", "cargo test"]);
        assert_eq!(added, "CB-1 needs 'the tests pass': pending\n");
        assert_eq!(text(&t, ["prerequisite", "add", "CB-1", "CB-2", "--gate", "enhanced"]), "CB-1 needs CB-2: pending\n");
        std::fs::create_dir(t.dir().join("docs")).expect("make a folder");
        // As a shell names it, from a folder below.
        let add = ["prerequisite", "add", "CB-1", "--file", "api.md"];
        let added = t.callboard(add).current_dir(&t.dir().join("docs")).run().ok();
        assert_eq!(added.stdout, "CB-1 needs docs/api.md: pending\n");
        let listed = t.callboard(["prerequisite", "list", "CB-1"]).env("COLUMNS", "200").run().ok().stdout;
        for part in ["the tests pass", "docs/api.md", "CB-2", "validation_requirement; run `cargo test`", "quality_gate"] {
            assert!(listed.contains(part), "{part:?} is missing in\n{listed}");
        }
        let said = refused(&t, ["prerequisite", "satisfy", "CB-1", "the tests pass"], 2);
        assert!(said.contains("--evidence"), "{said}");
        let failed = text(&t, ["prerequisite", "fail", "CB-1", "the tests pass", "--reason", "3 of 200 fail"]);
        assert_eq!(failed, "'the tests pass' of CB-1 is failed\nCB-1 still waits for 3\n");
        let listed = t.callboard(["prerequisite", "list", "CB-1"]).env("COLUMNS", "200").run().ok().stdout;
        assert!(listed.contains("failed by user:ada: 3 of 200 fail"), "{listed}");
        let satisfy = ["prerequisite", "satisfy", "CB-1", "the tests pass", "--evidence", "run 4711"];
        assert_eq!(text(&t, satisfy), "'the tests pass' of CB-1 is satisfied\nCB-1 still waits for 2\n");
        let again = json(&t, satisfy, "satisfied_prerequisite");
        assert_eq!((&again["already"], &again["unmet"]), (&true.into(), &2.into()));
        let said = refused(&t, ["prerequisite", "satisfy", "CB-1", "CB-2", "--evidence", "x"], 18);
        assert!(said.contains("completion of its item"), "{said}");
        for bad in [&["CB-1"][..], &["CB-1", "CB-2", "--file", "x"], &["CB-1", "--gate", "strict"], &["CB-1", "--hash", "x"]] {
            let args = ["prerequisite", "add"].into_iter().chain(bad.iter().copied());
            t.callboard(args.collect::<Vec<_>>()).run().code(2);
        }
        refused(&t, ["prerequisite", "add", "CB-1", "--file", "/etc/passwd"], 18);
        let waive = ["prerequisite", "waive", "CB-1", "docs/api.md", "--reason", "later"];
        assert_eq!(text(&t, waive), "CB-1 goes on without docs/api.md: waived by user:ada\n");
    }

    async fn a_check_satisfies_what_is_there(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "ship it", "--all-prerequisites"]);
        text(&t, ["prerequisite", "add", "CB-1", "--file", "dist"]);
        let said = text(&t, ["prerequisite", "check", "CB-1"]);
        assert!(said.contains("dist is not there") && said.ends_with("0 satisfied, 1 waiting, 0 missed\n"), "{said}");
        std::fs::write(t.dir().join("dist"), "x").expect("write");
        let would = t.callboard(["prerequisite", "check", "--all", "--dry-run"]).run().ok();
        assert!(would.stdout.contains("1 satisfied") && would.stderr.contains("nothing was changed"), "{would}");
        let found = json(&t, ["prerequisite", "check", "--all"], "checked_prerequisites");
        assert_eq!((&found["satisfied"], &found["findings"][0]["outcome"]), (&1.into(), &"satisfied".into()));
        assert_eq!(text(&t, ["prerequisite", "check", "--all"]), "0 satisfied, 0 waiting, 0 missed\n");
        text(&t, ["done", "CB-1"]);
        refused(&t, ["prerequisite", "check"], 2);
        refused(&t, ["prerequisite", "check", "CB-9"], 13);
    }

    async fn the_chain_is_shown_down_to_what_can_be_done(t: TestDb) {
        init(&t);
        add_items(&t, &["ship it", "the printer", "the parser"]).await;
        text(&t, ["prerequisite", "add", "CB-1", "CB-2"]);
        text(&t, ["prerequisite", "add", "CB-2", "CB-3"]);
        let output = t.callboard(["item", "blockers", "CB-1"]).run().ok();
        for part in ["CB-1  todo  ship it", "  CB-2", "    CB-3", "ready: claim it", "the parser"] {
            assert!(output.stdout.contains(part), "{part:?} is missing in\n{output}");
        }
        assert!(output.stderr.contains("what can be worked on now: CB-3"), "{output}");
        let found = json(&t, ["item", "blockers", "CB-1"], "blockers");
        assert_eq!((&found["start_with"][0], &found["blockers"][1]["depth"]), (&"CB-3".into(), &2.into()));
        assert!(text(&t, ["item", "blockers", "CB-3"]).contains("ready: claim it"));
        refused(&t, ["item", "blockers", "CB-9"], 13);
    }
}
