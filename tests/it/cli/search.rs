use serde_json::json as value;
use support::{TestDb, both};

use super::{init, json, refused, text};

/// An item, a decision, and a note of each kind.
fn board(t: &TestDb) {
    init(t);
    text(t, ["item", "add", "Sew a button", "--description", "With a needle."]);
    text(
        t,
        [
            "decision",
            "add",
            "Use cotton",
            "It fits the needle.",
            "Silk is dear.",
            "--impact",
            "high",
            "--file",
            "src/a.rs",
        ],
    );
    text(t, ["item", "comment", "CB-1", "Which needle?"]);
    text(t, ["session", "start", "--key", "day"]);
    text(t, ["session", "note", "lost the needle"]);
    text(t, ["checkpoint", "CB-1", "--note", "found the needle", "--session", "day"]);
}

fn keys<const N: usize>(t: &TestDb, args: [&str; N]) -> Vec<String> {
    let found = json(t, args, "search");
    let hits = found["hits"].as_array().expect("hits");
    let mut keys: Vec<String> =
        hits.iter().map(|hit| format!("{} {}", hit["kind"], hit["key"]).replace('"', "")).collect();
    keys.sort();
    keys
}

both! {
    async fn what_is_found_is_shown(t: TestDb) {
        board(&t);
        let said = text(&t, ["search", "NEEDLE"]);
        assert_eq!(said.lines().count(), 6, "{said}");
        for part in ["KIND", "item", "decision", "comment", "note", "checkpoint", "CB-D1", "day", "todo", "accepted", "Sew a button", "With a needle.", "Which needle?"] {
            assert!(said.contains(part), "{part}\n{said}");
        }
        let found = json(&t, ["search", "needle", "with", "a"], "search");
        assert_eq!((&found["words"], &found["next"]), (&value!(["needle", "with", "a"]), &value!(null)));
        let hit = &found["hits"][0];
        for (field, expected) in [
            ("rank", value!(1)),
            ("kind", value!("item")),
            ("key", value!("CB-1")),
            ("title", value!("Sew a button")),
            ("snippet", value!("With a needle.")),
            ("project", value!("demo")),
            ("status", value!("todo")),
            ("archived", value!(false)),
        ] {
            assert_eq!(hit[field], expected, "{field}");
        }
        assert!(hit["id"].is_string() && hit["changed_at"].is_string());
        assert_eq!(text(&t, ["search", "Haystack", "needle", "--prefix"]), "Nothing has all of: haystack needle*.\n");
    }

    async fn filters_are_options(t: TestDb) {
        board(&t);
        assert_eq!(keys(&t, ["search", "needle", "--in", "items,decisions"]), ["decision CB-D1", "item CB-1"]);
        assert_eq!(keys(&t, ["search", "need", "--prefix", "--in", "notes"]), ["checkpoint CB-1", "comment CB-1", "note day"]);
        assert_eq!(keys(&t, ["search", "needle", "--impact", "high", "--category", "implementation"]), ["decision CB-D1"]);
        assert_eq!(keys(&t, ["search", "needle", "--status", "todo", "--in", "items"]), ["item CB-1"]);
        assert_eq!(keys(&t, ["search", "needle", "--status", "accepted"]), ["decision CB-D1"]);
        assert_eq!(keys(&t, ["search", "needle", "--file", "src/a.rs"]), ["decision CB-D1"]);
        assert_eq!(keys(&t, ["search", "needle", "--project", "demo"]).len(), 5);
        assert_eq!(text(&t, ["search", "--", "--needle", "%"]).lines().count(), 6);
    }

    async fn pages_go_on_at_an_offset(t: TestDb) {
        board(&t);
        let page = t.callboard(["search", "needle", "--limit", "3"]).run().ok();
        assert!(page.stderr.contains("the same command with --offset 3"), "{page}");
        assert_eq!(page.stdout.lines().count(), 4, "{page}");
        let rest = t.callboard(["search", "needle", "--limit", "3", "--offset", "3"]).run().ok();
        assert_eq!((rest.stderr.as_str(), rest.stdout.lines().count()), ("", 3), "{rest}");
    }

    async fn what_cannot_be_asked_is_refused(t: TestDb) {
        board(&t);
        refused(&t, ["search"], 2);
        let said = refused(&t, ["search", "%", "\"*\""], 18);
        assert!(said.contains("must hold a letter or a digit"), "{said}");
        refused(&t, ["search", "needle", "--in", "drawers"], 2);
        refused(&t, ["search", "needle", "--status", "lost"], 2);
        refused(&t, ["search", "needle", "--in", "items", "--impact", "high"], 18);
        refused(&t, ["search", "needle", "--limit", "0"], 18);
        refused(&t, ["search", "needle", "--file", "../x"], 18);
        refused(&t, ["search", "needle", "--project", "nowhere"], 13);
    }

    async fn stored_text_is_shown_harmless(t: TestDb) {
        board(&t);
        let raw = t.raw().await;
        let evil = "UPDATE work_items SET title = 'a\u{1b}[31mb', description = 'needle \u{202e}c\u{7f}'";
        sea_orm::ConnectionTrait::execute_unprepared(&raw, evil).await.expect("change the row");
        t.reindex().await;
        let said = text(&t, ["search", "needle"]);
        assert!(said.chars().all(|c| c == '\n' || (!c.is_control() && c != '\u{202e}')), "{said:?}");
    }
}
