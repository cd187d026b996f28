use support::{TestDb, both};

use super::{init, json, refused, text};

both! {
    async fn the_whole_board_is_written(t: TestDb) {
        init(&t);
        text(&t, ["item", "add", "the first"]);
        text(&t, ["agent", "register", "coder", "--grant", "rust:expert"]);
        let lines = text(&t, ["export", "--jsonl"]);
        let kinds: Vec<String> = lines
            .lines()
            .map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).expect("a line of JSON");
                line["kind"].as_str().expect("a kind").to_owned()
            })
            .collect();
        let expected =
            ["callboard", "user", "project", "setting", "setting", "agent", "agent_capability", "item", "event"];
        assert_eq!(kinds, expected);
        assert_eq!(text(&t, ["export", "--jsonl"]), lines);
        // The settings of the command line do not reach into the lines.
        assert_eq!(text(&t, ["export", "--jsonl", "--json", "--color", "always"]), lines);
    }

    async fn a_file_is_whole_or_not_there(t: TestDb) {
        init(&t);
        let path = t.dir().join("board.jsonl");
        let name = path.to_str().expect("a UTF-8 path");
        let told = text(&t, ["export", "--jsonl", name]);
        assert!(told.contains("rows exported to"), "{told}");
        let written = std::fs::read_to_string(&path).expect("the export");
        assert_eq!(written, text(&t, ["export", "--jsonl"]));

        let said = refused(&t, ["export", "--jsonl", name], 14);
        assert!(said.contains("exists already") && said.contains("--force"), "{said}");
        text(&t, ["item", "add", "one more"]);
        let done = json(&t, ["export", "--jsonl", name, "--force"], "export");
        assert_eq!(done["rows"]["item"], 1);
        assert_ne!(std::fs::read_to_string(&path).expect("the export"), written);

        refused(&t, ["export", "--jsonl", t.dir().to_str().expect("a UTF-8 path")], 13);
        refused(&t, ["export", "--jsonl", "no/such/folder.jsonl"], 13);
        refused(&t, ["export"], 2);
        let left = std::fs::read_dir(t.dir()).expect("list").filter_map(Result::ok);
        let left: Vec<String> = left.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
        assert!(!left.iter().any(|name| name.contains("partial")), "{left:?}");
    }
}
