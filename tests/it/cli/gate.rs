//! Quality gates on the command line: `--gate`, refusals with exit code 17, `--force`.

use support::{TestDb, both};

use super::{init, json, refused, text};

/// A gated item of ada's with a tracked file.
fn gated(t: &TestDb, level: &str) {
    init(t);
    text(t, ["item", "add", "Sign the release", "--gate", level, "--criterion", "it is signed"]);
    std::fs::write(t.dir().join("signature"), "x").expect("write");
    text(t, ["file", "track", "create", "signature", "--item", "CB-1"]);
}

both! {
    async fn a_refusal_lists_what_is_missing(t: TestDb) {
        gated(&t, "enhanced");
        std::fs::remove_file(t.dir().join("signature")).expect("remove");
        let said = refused(&t, ["done", "CB-1"], 17);
        for part in [
            "CB-1 does not meet its enhanced gate:", "criterion 1 is not met: it is signed", "the file signature is missing",
            "file scan CB-1 --track", "--force --reason",
        ] {
            assert!(said.contains(part), "{part:?} is missing in\n{said}");
        }
        let machine = t.callboard(["done", "CB-1", "--json"]).run().code(17);
        let error: serde_json::Value = serde_json::from_str(&machine.stderr).expect("JSON");
        let details = error["data"]["details"].as_array().expect("a list").len();
        assert_eq!((details, &error["data"]["code"]), (2, &"gate_not_met".into()));

        let said = refused(&t, ["done", "CB-1", "--force"], 2);
        assert!(said.contains("--reason"), "{said}");
        refused(&t, ["done", "CB-1", "--reason", "x"], 2);
        refused(&t, ["done", "CB-1", "--force", "--reason", " "], 18);
        let output = t.callboard(["done", "CB-1", "--force", "--reason", "it ships today"]).run().ok();
        assert_eq!(output.stdout, "CB-1 is done\n");
        assert!(output.stderr.contains("Warning: completed all the same: the file signature is missing"), "{output}");
        let shown = text(&t, ["item", "show", "CB-1"]);
        assert!(shown.contains("forced: it ships today") && shown.contains("enhanced"), "{shown}");
    }

    async fn the_standard_gate_tells_of_files_by_name(t: TestDb) {
        gated(&t, "standard");
        std::fs::write(t.dir().join("signature"), "y").expect("write");
        let output = t.callboard(["complete", "CB-1"]).run().ok();
        assert_eq!(output.stdout, "CB-1 is done\n");
        assert!(output.stderr.contains("Warning: tracked file: signature has another content"), "{output}");
    }

    async fn with_json_the_report_is_in_the_document(t: TestDb) {
        gated(&t, "standard");
        std::fs::remove_file(t.dir().join("signature")).expect("remove");
        let done = json(&t, ["assignment", "finish-own", "CB-1"], "completed");
        assert_eq!(done["gate"]["files"][0]["path"], "signature");
        assert_eq!(done["gate"]["files"][0]["problem"], "missing");
    }

    /// Words of other systems are understood where they are typed, with a note.
    async fn legacy_words_are_mapped_with_a_note(t: TestDb) {
        init(&t);
        let add = |level: &str| t.callboard(["item", "add", "x", "--gate", level]).run().ok();
        let level = |key: &str| json(&t, ["item", "show", key], "item_details")["item"]["quality_gate_level"].clone();
        let output = add("basic");
        assert!(output.stderr.contains("the gate 'basic' is called 'standard' here"), "{output}");
        assert_eq!(level("CB-1"), "standard");
        let output = add("Comprehensive");
        assert!(output.stderr.contains("the gate 'comprehensive' is called 'strict' here"), "{output}");
        assert_eq!(level("CB-2"), "strict");
        // It stands in both vocabularies, and is ours.
        assert_eq!(add("standard").stderr, "");
        assert_eq!(level("CB-3"), "standard");
        let output = t.callboard(["item", "edit", "CB-3", "--quality-gate", "comprehensive"]).run().ok();
        assert!(output.stderr.contains("'strict' here"), "{output}");
        assert_eq!(level("CB-3"), "strict");
        let said = refused(&t, ["item", "add", "x", "--gate", "perfect"], 2);
        assert!(said.contains("must be standard, enhanced or strict"), "{said}");
        let plan = t.dir().join("plan.json");
        std::fs::write(&plan, r#"[{"title": "a", "quality_gate_level": "basic"}, {"title": "b", "quality_gate_level": "enhanced"}]"#)
            .expect("write");
        let output = t.callboard(["item", "add", "--from", plan.to_str().expect("UTF-8")]).run().ok();
        assert!(output.stderr.contains("the gate 'basic' is called 'standard' here"), "{output}");
        assert_eq!((level("CB-4"), level("CB-5")), ("standard".into(), "enhanced".into()));
    }

    async fn the_columns_are_given_changed_and_shown(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "x", "--gate", "strict", "--all-prerequisites", "--no-auto-maintenance"]);
        let shown = text(&t, ["item", "show", "CB-1"]);
        for part in ["Gate", "strict", "prerequisites of every type", "reports it, and never changes it"] {
            assert!(shown.contains(part), "{part:?} is missing in\n{shown}");
        }
        text(&t, ["item", "edit", "CB-1", "--no-all-prerequisites", "--auto-maintenance", "--gate", "standard"]);
        let shown = text(&t, ["item", "show", "CB-1"]);
        assert!(!shown.contains("Gate") && !shown.contains("every type") && !shown.contains("never changes it"), "{shown}");
        refused(&t, ["item", "edit", "CB-1", "--auto-maintenance", "--no-auto-maintenance"], 2);
    }

    async fn an_epic_is_finished_by_a_move(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "epic", "--type", "epic", "--gate", "enhanced", "--criterion", "whole"]);
        text(&t, ["item", "move", "CB-1", "in_progress"]);
        assert!(refused(&t, ["item", "move", "CB-1", "done"], 17).contains("criterion 1 is not met: whole"));
        let output = t.callboard(["item", "move", "CB-1", "done", "--force", "--reason", "enough"]).run().ok();
        assert!(output.stderr.contains("completed all the same: criterion 1 is not met: whole"), "{output}");
        assert!(text(&t, ["item", "history", "CB-1"]).contains("forced: enough"));
    }
}
