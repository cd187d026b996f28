//! Imports of beads: what is not as the board would have it is kept, and told.

use callboard_service::entity::{WorkItemStatus as Status, WorkItemType};
use callboard_service::rules::TEXT;
use callboard_service::{Error, ErrorKind};
use serde_json::{Value, json};
use support::{TestDb, both, plain};

use super::beads::{AWKWARD, import, items};
use super::rows;
use callboard_service::import::ImportBeads;

fn kept(item: &callboard_service::entity::work_items::Model) -> Value {
    item.metadata.clone().unwrap_or_default()["beads"].clone()
}

/// A record with one more field.
fn record(id: &str, field: &str, value: impl Into<Value>) -> String {
    let mut record = json!({"id": id, "title": id, "status": "open", "created_at": "2026-01-10T08:00:00Z"});
    record[field] = value.into();
    record.to_string()
}

both! {
    async fn what_has_no_place_is_kept(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let items = items(&seed).await;
        let item = &items["bd-e"];
        assert_eq!((item.r#type, item.priority), (WorkItemType::Task, 4));
        assert_eq!(item.tags, Some(json!(["cli-tools", "perf"])));
        let kept_of_e = kept(item);
        assert_eq!(kept_of_e["issue_type"], "docs");
        assert_eq!(kept_of_e["priority"], 9);
        assert_eq!(kept_of_e["labels"], json!(["CLI Tools", "area:sync"]));
        assert_eq!(kept_of_e["estimated_minutes"], 25);
        assert_eq!(kept_of_e["external_ref"], "github:a/b#1");
        let edges: Vec<(&str, &str)> = kept_of_e["dependencies"]
            .as_array()
            .expect("edges")
            .iter()
            .map(|e| (e["depends_on_id"].as_str().expect("an id"), e["why"].as_str().expect("a reason")))
            .collect();
        let expected = [
            ("bd-c", "second"),
            ("bd-d", "deleted or cancelled"),
            ("bd-a", "no such edge"),
            ("bd-b", "no such edge"),
            ("external:x:y", "neither in the file"),
            ("bd-e", "its own"),
            ("bd-a", "twice"),
        ];
        assert_eq!(edges.len(), expected.len(), "{edges:?}");
        for ((id, why), (wanted, part)) in edges.iter().zip(expected) {
            assert!(*id == wanted && why.contains(part), "{id}: {why}");
        }
        assert_eq!(kept(&items["bd-epic"]), json!({"notes": "Background.", "owner": "kim@example.org"}));
        let h = kept(&items["bd-h"]);
        assert_eq!(h["dependencies"].as_array().expect("edges").len(), 2, "both cycles end here");
        assert_eq!((items["bd-h"].parent_id, items["bd-g"].parent_id), (None, Some(items["bd-f"].id)));
    }

    async fn control_characters_never_lose_a_row(t: TestDb) {
        let seed = t.seed().await;
        import(&seed, AWKWARD).await;
        let items = items(&seed).await;
        let item = &items["bd-i"];
        assert_eq!(item.title, "red  [31m and nothing");
        assert_eq!(item.description.as_deref(), Some("a bell  , a tab\t and a line\nend"));
        assert_eq!((item.status, item.blocked_reason.is_some()), (Status::Blocked, true));
        let kept_of_i = kept(item);
        assert_eq!(kept_of_i["title"], "red \\u{1b}[31m and\\u{a}nothing \\u{0}");
        assert!(kept_of_i["description"].as_str().expect("a text").contains("\\u{7}"));
        assert_eq!(kept_of_i["design"], json!({"a\\u{0}b": ["x\\u{0}"]}));

        let item = &items["bd-j"];
        assert_eq!((item.title.as_str(), item.status), ("bd-j", Status::Backlog));
        assert_eq!((&kept(item)["status"], &kept(item)["created_by"]), (&json!("pinned"), &json!("\\u{202e}")));
        assert_eq!(items["bd-k"].title, "Ünïcödé 漢字 🦀");
        assert_eq!((items["bd-k"].status, items["bd-k"].due_at.is_some()), (Status::Backlog, true));
        assert!(items["bd-l"].available_at.is_some(), "deferred until then");
        assert_eq!(kept(&items["bd-m"])["close_reason"], "was closed once");
        assert_eq!(items["bd-m"].completed_at, None);
    }

    async fn a_broken_line_is_named_and_nothing_is_imported(t: TestDb) {
        let seed = t.seed().await;
        let before = rows(&seed.raw).await;
        let good = record("bd-1", "notes", "x");
        let broken = [
            ("{\"id\":", "line 2 is no JSON: EOF while parsing a value (column 6)"),
            ("[1]", "line 2 is no JSON object"),
            ("<<<<<<< HEAD", "line 2 is a conflict marker of git"),
            ("{\"title\":\"x\"}", "line 2 has no id"),
            ("{\"id\":7}", "line 2 id must be a text"),
            ("{\"id\":\"bd-2\"}", "line 2 has no created_at"),
            (&record("bd-2", "created_at", "yesterday"), "line 2 created_at must be a time such as"),
            (&record("bd-2", "labels", "x"), "line 2 labels must be a list"),
            (&record("bd-2", "priority", "P1"), "line 2 priority must be a whole number"),
            (&record("bd-2", "comments", json!([{"text": "x"}])), "line 2 comment 1: has no created_at"),
            (&record("bd-2", "dependencies", json!([{"issue_id": "bd-9", "depends_on_id": "x"}])), "line 2 dependency 1"),
            (&record("bd-1", "notes", "y"), "line 2 the id bd-1 is on line 1 too, with another content"),
            (&record("bd-2", "description", "x".repeat(TEXT + 1)), "line 2 description: must have at most 1048576 bytes"),
            (&record("bd-2", "notes", "x".repeat(TEXT + 1)), "line 2 the fields that the board does not have are"),
        ];
        for (line, expected) in broken {
            let content = format!("{good}\n{line}\n{good}\n");
            let error = seed.board.run(seed.me, &ImportBeads::new(content)).await.expect_err(line);
            assert_eq!(error.kind(), ErrorKind::Invalid, "{error}");
            assert!(error.to_string().starts_with(expected), "{error}");
            assert!(error.to_string().ends_with("nothing was imported"), "{error}");
        }
        let many = ["{"; 8].join("\n");
        let error = seed.board.run(seed.me, &ImportBeads::new(many)).await.expect_err("eight broken lines");
        let Error::BrokenLines { lines, more } = &error else { panic!("{error}") };
        assert_eq!((lines.len(), *more), (5, 3));
        assert!(rows(&seed.raw).await == before, "rows were changed");
    }

    async fn the_ends_of_lines_do_not_matter(t: TestDb) {
        let seed = t.seed().await;
        assert_eq!(import(&seed, "").await.rows.read, 0);
        assert_eq!(import(&seed, "\u{feff}\r\n \t\r\n\n").await.rows.read, 0);
        let (one, two) = (record("bd-1", "notes", "x"), record("bd-2", "notes", "x"));
        let report = import(&seed, &format!("\u{feff}{one}\r\n\r\n\n{two}\r\n{one}")).await;
        assert_eq!((report.rows.read, report.rows.created, report.rows.repeated), (3, 2, 1));
        assert_eq!(items(&seed).await.len(), 2);
    }

    async fn a_megabyte_of_description_is_taken(t: TestDb) {
        let seed = t.seed().await;
        let text = "é".repeat(TEXT / 2);
        import(&seed, &record("bd-1", "description", text.clone())).await;
        assert!(items(&seed).await["bd-1"].description.as_deref() == Some(text.as_str()));
        let long = "t".repeat(600);
        import(&seed, &record("bd-2", "title", long.clone())).await;
        let item = &items(&seed).await["bd-2"];
        assert_eq!((item.title.len(), &kept(item)["title"]), (500, &json!(long)));
    }
}

plain! {
    fn bytes_that_are_no_text_are_named_by_their_line() {
        let error = callboard_service::import::text(b"{}\n{}\n\xff\n".to_vec()).expect_err("no UTF-8");
        assert_eq!(error.to_string(), "line 3 is not UTF-8; nothing was imported");
        assert_eq!(callboard_service::import::text("ü\n".into()).expect("UTF-8"), "ü\n");
    }
}
