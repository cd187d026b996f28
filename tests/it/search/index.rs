//! The index follows the rows. After every test of the harness it is compared with them; these look at each writer.

use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::decision::{
    AddDecision, AdrFile, EditDecision, EvolveDecision, EvolvesInto, ImportDecisions, RejectDecision,
};
use callboard_service::entity::{DecisionEvolutionKind, DecisionStatus};
use callboard_service::export::ExportBoard;
use callboard_service::import::{ImportBeads, ImportCallboard};
use callboard_service::item::{DeleteItem, EditItem, NewItem};
use callboard_service::search::Search;
use callboard_service::setting::SetSetting;
use callboard_service::{Actor, Callboard, Change, DatabaseUrl, OpenOptions, Ref};
use serde_json::json;
use support::{Seed, TestDb, both};

use super::{comment, item, keys, note};
use crate::session::start;

async fn finds(seed: &Seed, words: &str) -> Vec<String> {
    keys(seed, &Search::new(words)).await
}

both! {
    async fn items_are_found_by_what_they_say_now(t: TestDb) {
        let seed = t.seed().await;
        seed.add(item("old title", "old text")).await;
        assert_eq!(finds(&seed, "old title text cb 1").await, ["item CB-1"]);
        seed.must(&EditItem { title: Some("new title".to_owned()), ..EditItem::new("CB-1") }).await;
        assert_eq!(finds(&seed, "new title").await, ["item CB-1"]);
        assert_eq!(finds(&seed, "old title").await, ["item CB-1"], "the text is still the old one");
        seed.must(&EditItem { description: Change::Clear, ..EditItem::new("CB-1") }).await;
        assert_eq!(finds(&seed, "old").await, [""; 0]);
        seed.must_refuse(&EditItem { title: Some("\u{1b}bad".to_owned()), ..EditItem::new("CB-1") }).await;
        let rehearsed = seed.board.rehearse(seed.me, &EditItem { title: Some("other".to_owned()), ..EditItem::new("CB-1") }).await;
        assert!(rehearsed.is_ok() && finds(&seed, "other").await.is_empty(), "what is taken back is not found");
        seed.add(NewItem::titled("a mistake")).await;
        assert_eq!(finds(&seed, "mistake").await, ["item CB-2"]);
        seed.must(&DeleteItem { item: Ref::from("CB-2") }).await;
        assert_eq!(finds(&seed, "mistake").await, [""; 0]);
    }

    async fn decisions_are_found_by_what_became_of_them(t: TestDb) {
        let seed = t.seed().await;
        let decision = |title: &str| AddDecision { context: Some("a context".to_owned()), ..AddDecision::new(title, "This.", "Because.") };
        seed.must(&AddDecision { status: DecisionStatus::Proposed, ..decision("first") }).await;
        assert_eq!(finds(&seed, "first this because context").await, ["decision CB-D1"]);
        let edit = EditDecision { outcome: Change::Set("it worked".to_owned()), lessons: Change::Set("test more".to_owned()), ..EditDecision::new("1") };
        seed.must(&edit).await;
        assert_eq!(finds(&seed, "worked more").await, ["decision CB-D1"]);
        seed.must(&EditDecision { lessons: Change::Clear, ..EditDecision::new("1") }).await;
        assert_eq!(finds(&seed, "more").await, [""; 0]);
        seed.must(&RejectDecision { project: None, decision: Ref::from("1"), reason: Some("too expensive".to_owned()) }).await;
        assert_eq!(finds(&seed, "worked expensive").await, ["decision CB-D1"]);
        seed.must(&decision("second")).await;
        let evolve = EvolveDecision {
            project: None,
            original: Ref::from("2"),
            kind: DecisionEvolutionKind::Superseded,
            into: EvolvesInto::New(Box::new(decision("third"))),
            reason: "it was not enough".to_owned(),
        };
        seed.must(&evolve).await;
        assert_eq!(finds(&seed, "third").await, ["decision CB-D3"]);
        let file = AdrFile { name: "0007-fourth.md".to_owned(), content: "# 7. Fourth\n\nDate: 2020-01-02\n\n## Status\n\nAccepted\n\n## Context\n\nNone.\n\n## Decision\n\nImported so.\n".to_owned() };
        seed.must(&ImportDecisions::new(vec![file])).await;
        assert_eq!(finds(&seed, "fourth imported so").await.len(), 1);
        t.migration(["verify"]).run().ok();
    }

    async fn notes_of_all_kinds_are_found_as_long_as_they_are_there(t: TestDb) {
        let seed = t.seed().await;
        seed.add(NewItem::titled("an item")).await;
        seed.must(&start("day")).await;
        seed.must(&note("day", "rain all day")).await;
        seed.must(&comment("CB-1", "sunny")).await;
        assert_eq!(finds(&seed, "rain").await, ["note day"]);
        assert_eq!(finds(&seed, "sunny").await, ["comment CB-1"]);
        let kept = SetSetting { key: "checkpoints_kept".to_owned(), value: json!(2), project: None };
        seed.must(&kept).await;
        let inside = seed.in_session("day").await;
        let checkpoint = |text: &str| AddCheckpoint::of(Ref::from("CB-1"), text);
        for text in ["half one", "half two", "half three"] {
            inside.must(&checkpoint(text)).await;
        }
        assert_eq!(finds(&seed, "half").await.len(), 2);
        assert_eq!(finds(&seed, "half one").await, [""; 0]);
        seed.must(&SetSetting { value: json!(1), ..kept }).await;
        inside.must(&checkpoint("half four")).await;
        assert_eq!(finds(&seed, "half").await, ["checkpoint CB-1"]);
    }

    async fn what_is_imported_is_found(t: TestDb) {
        let seed = t.seed().await;
        let issue = r#"{"id":"x-1","title":"Imported zebra","description":"stripes","status":"open","priority":2,"issue_type":"task","created_at":"2026-01-01T00:00:00Z","updated_at":"2026-01-02T00:00:00Z","comments":[{"id":1,"issue_id":"x-1","author":"ada","text":"black and white","created_at":"2026-01-02T00:00:00Z"}]}"#;
        seed.must(&ImportBeads::new(issue)).await;
        assert_eq!(finds(&seed, "zebra stripes").await, ["item CB-1"]);
        assert_eq!(finds(&seed, "black white").await, ["comment CB-1"]);
        seed.must(&start("day")).await;
        seed.must(&note("day", "a zebra crossing")).await;
        seed.in_session("day").await.must(&AddCheckpoint::of(Ref::from("CB-1"), "half a zebra")).await;

        let mut text = String::new();
        let mut sink = |lines: &str| {
            text.push_str(lines);
            Ok(())
        };
        seed.board.read(&ExportBoard::new(&mut sink)).await.expect("export");
        let url = format!("sqlite://{}", t.dir().join("other.db").display());
        t.migration(["up", "--database-url", &url]).run().ok();
        let other = Callboard::open(&DatabaseUrl::parse(&url).expect("a URL"), OpenOptions::default()).await.expect("open");
        other.run(Actor::SYSTEM, &ImportCallboard { content: text.into() }).await.expect("import");
        let ask = Search::new("zebra");
        let (here, there) = (seed.board.read(&ask).await.expect("search"), other.read(&ask).await.expect("search"));
        assert_eq!((here.hits.len(), &here), (3, &there));
        t.migration(["verify", "--database-url", &url]).run().ok();
    }

    async fn what_others_write_into_the_index_is_named(t: TestDb) {
        let seed = t.seed().await;
        seed.add(NewItem::titled("an item")).await;
        t.migration(["verify"]).run().ok();
        seed.sql("UPDATE work_items SET title = 'another' WHERE key = 'CB-1'").await;
        let said = t.migration(["verify"]).run().code(11);
        assert!(said.stdout.contains("board_search") || said.stderr.contains("board_search"), "{said}");
        seed.reindex().await;
        t.migration(["verify"]).run().ok();
        assert_eq!(finds(&seed, "another").await, ["item CB-1"]);
    }
}
