//! The notes of a package: comments, and what sessions noted about the item.

use callboard_service::Ref;
use callboard_service::entity::work_items;
use callboard_service::item::CommentOnItem;
use callboard_service::recovery::{Recover, markdown};
use callboard_service::session::{EndSession, NoteInSession, StartSession};
use support::{TestDb, both};

use super::package;

both! {
    /// A session that is over, and one that runs: whoever goes on needs both.
    async fn of_sessions_stand_between_the_comments_the_newest_first(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let (item, other) = (seed.item().await, seed.item().await);
        let note = |text: &str, item: &work_items::Model| NoteInSession {
            session: None,
            text: text.to_owned(),
            item: Some(Ref::Id(item.id)),
        };
        let comment = |text: &str| CommentOnItem { item: Ref::Id(item.id), text: text.to_owned() };
        seed.must(&comment("first")).await;
        let start = StartSession { key: Some("night".to_owned()), item: Some(Ref::Id(item.id)), ..StartSession::default() };
        seed.by(&agent, &start).await.expect("start");
        seed.by(&agent, &note("the lexer drops a line\nsee test 7", &item)).await.expect("note");
        seed.by(&agent, &note("about the other", &other)).await.expect("note");
        // Where none is named, it is about what is worked on.
        let of_the_day = NoteInSession { session: None, text: "what is worked on".to_owned(), item: None };
        seed.by(&agent, &of_the_day).await.expect("note");
        seed.by(&agent, &EndSession { session: None, summary: None }).await.expect("end");
        seed.must(&comment("last")).await;

        let found = package(&seed, item.id).await;
        let notes: Vec<_> = found.notes.iter().map(|n| (n.by.as_str(), n.session.as_deref(), n.text.as_str())).collect();
        let (kim, coder, night) = ("user:kim", "agent:coder", Some("night"));
        let expected = [
            (kim, None, "last"),
            (coder, night, "what is worked on"),
            (coder, night, "the lexer drops a line\nsee test 7"),
            (kim, None, "first"),
        ];
        assert_eq!(notes, expected);
        assert!(found.notes.is_sorted_by(|a, b| a.at >= b.at), "{:?}", found.notes);
        assert!(found.guidance.iter().any(|line| line.rule == "notes" && line.text.contains("user:kim")), "{:?}", found.guidance);
        let text = markdown(&found);
        assert!(text.contains(", session night:\n\n> the lexer drops a line\n> see test 7\n"), "{text}");
        let other = package(&seed, other.id).await;
        assert_eq!(other.notes.iter().map(|n| n.text.as_str()).collect::<Vec<_>>(), ["about the other"]);
    }

    async fn above_a_hundred_of_both_kinds_are_counted(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await;
        seed.must(&StartSession { item: Some(Ref::Id(item.id)), ..StartSession::default() }).await;
        for n in 0..60 {
            seed.must(&CommentOnItem { item: Ref::Id(item.id), text: format!("comment {n}") }).await;
            seed.must(&NoteInSession { session: None, text: format!("note {n}"), item: None }).await;
        }
        let ask = Recover { budget: Some(100_000), ..Recover::of(Ref::Id(item.id)) };
        let found = seed.board.read(&ask).await.expect("a package");
        assert_eq!((found.notes.len(), found.budget.left_out["notes"]), (100, 20));
        let (first, last) = (&found.notes[0].text, &found.notes[99].text);
        assert_eq!((first.as_str(), last.as_str()), ("note 59", "comment 10"), "the newest of both");
    }
}
