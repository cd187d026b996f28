use serde_json::Value;
use support::cli::callboard;
use support::{TestDb, both, plain};

use super::{init, json, refused, text};

const AWKWARD: &str = include_str!("../../fixtures/beads/awkward.jsonl");

/// Writes a file into the test's directory and gives its path.
fn file(t: &TestDb, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = t.dir().join(name);
    std::fs::write(&path, content).expect("write a file");
    path.to_str().expect("a UTF-8 path").to_owned()
}

both! {
    async fn a_tracker_is_imported_and_told(t: TestDb) {
        init(&t);
        let path = file(&t, "issues.jsonl", AWKWARD);
        let dry = t.callboard(["import", "beads", &path, "--dry-run", "--json"]).run().ok().json();
        assert_eq!((&dry["dry_run"], &dry["data"]["rows"]["created"]), (&Value::Bool(true), &15.into()));
        assert_eq!(json(&t, ["item", "list"], "items")["items"].as_array().map(Vec::len), Some(0));

        let told = text(&t, ["import", "beads", &path]);
        for part in ["15 issues became items of the project demo: CB-1 to CB-15", "15 = 15 created + 0 already", "CHANGED"] {
            assert!(told.contains(part), "{part}: {told}");
        }
        assert!(told.contains("edge discovered-from"), "{told}");
        let again = json(&t, ["import", "beads", &path], "beads_import");
        assert_eq!((&again["rows"]["already_there"], &again["rows"]["created"]), (&15.into(), &0.into()));
        let shown = json(&t, ["item", "show", "bd-b"], "item_details");
        assert_eq!(shown["item"]["title"], "Map the edges");
        // A terminal is safe from what a title held.
        assert!(!text(&t, ["item", "show", "bd-i"]).contains('\u{1b}'));
        let other = t.callboard(["import", "beads", "-", "--source", "other", "--json"]).stdin(AWKWARD).run().ok().json();
        assert_eq!(other["data"]["rows"]["created"], 15);
    }

    async fn bad_files_are_refused_and_change_nothing(t: TestDb) {
        init(&t);
        let broken = file(&t, "broken.jsonl", format!("{AWKWARD}{{\"id\": \n"));
        let said = refused(&t, ["import", "beads", &broken], 18);
        assert!(said.contains("line 16 is no JSON") && said.contains("nothing was imported"), "{said}");
        let binary = file(&t, "binary.jsonl", b"{}\n\xff");
        assert!(refused(&t, ["import", "beads", &binary], 18).contains("line 2 is not UTF-8"));
        let missing = refused(&t, ["import", "beads", "nowhere.jsonl"], 13);
        assert!(missing.contains("nowhere.jsonl"), "{missing}");
        let folder = t.dir().to_str().expect("a UTF-8 path").to_owned();
        refused(&t, ["import", "beads", &folder], 13);
        let good = file(&t, "issues.jsonl", AWKWARD);
        assert!(refused(&t, ["import", "beads", &good, "--project", "dema"], 13).contains("demo"));
        refused(&t, ["import", "beads", &good, "--source", "Not A Word"], 18);
        assert_eq!(json(&t, ["item", "list"], "items")["items"].as_array().map(Vec::len), Some(0));
    }

    async fn a_board_moves_to_another_database(t: TestDb) {
        init(&t);
        let issues = file(&t, "issues.jsonl", AWKWARD);
        text(&t, ["import", "beads", &issues]);
        let export = t.dir().join("board.jsonl");
        let export = export.to_str().expect("a UTF-8 path");
        let done = json(&t, ["export", "--jsonl", export], "export");
        assert_eq!(done["rows"]["item"], 15);

        let other = support::scratch_dir();
        let there = |args: &[&str]| callboard(other.path()).args(args.iter().copied());
        let dry = there(&["import", "callboard", export, "--dry-run"]).run().code(13);
        assert!(dry.stderr.contains("there is no board"), "{dry}");
        let told = there(&["import", "callboard", export, "--new"]).run().ok().stdout;
        assert!(told.contains("rows came back"), "{told}");
        let back = there(&["export", "--jsonl"]).run().ok().stdout;
        assert!(back == std::fs::read_to_string(export).expect("the export"), "the exports differ");
        let again = there(&["import", "callboard", export, "--json"]).run().ok().json();
        assert_eq!(again["data"]["rows"]["item"]["already_there"], 15);
        let refused = there(&["import", "callboard", export, "--new"]).run().code(14);
        assert!(refused.stderr.contains("there is a board at") && refused.stderr.contains("leave out --new"), "{refused}");
        // It is a board to work on, with the actor and the project that it had.
        there(&["item", "add", "one more"]).run().ok();
        let shown = there(&["item", "show", "CB-16", "--json"]).run().ok().json();
        assert_eq!(shown["data"]["item"]["title"], "one more");
    }
}

plain! {
    fn without_a_board_there_is_a_way_out() {
        let dir = support::scratch_dir();
        std::fs::write(dir.path().join("issues.jsonl"), AWKWARD).expect("write a file");
        let said = callboard(dir.path()).args(["import", "beads", "issues.jsonl"]).run().code(13);
        assert!(said.stderr.contains("callboard init"), "{said}");
        assert!(!dir.path().join(".callboard").exists());
    }
}
