//! Notes of a session.

use callboard_service::session::{NoteInSession, PushContext};
use callboard_service::{Conflict, Error, ErrorKind, Ref};
use serde_json::json;
use support::{TestDb, both};

use super::{end, events, pause, start};

fn note(text: &str) -> NoteInSession {
    NoteInSession { session: None, text: text.to_owned(), item: None }
}

both! {
    async fn a_note_is_about_the_item_that_is_worked_on_or_another(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.item().await, seed.item().await);
        let id = seed.must(&start("day")).await.id;
        let about_nothing = seed.must(&note("a plan\nof two lines")).await;
        seed.must(&PushContext { session: None, item: Ref::Id(one.id) }).await;
        let about_one = seed.must(&note("it is slow")).await;
        seed.must(&pause("day")).await;
        let about_two = seed.must(&NoteInSession { item: Some(Ref::from("CB-2")), ..note("for later") }).await;
        let stored: Vec<_> = events(&seed, id).await.into_iter().filter(|event| event.kind.as_str() == "note").collect();
        assert_eq!(stored, [about_nothing, about_one, about_two]);
        let items: Vec<_> = stored.iter().map(|event| event.work_item_id).collect();
        assert_eq!(items, [None, Some(one.id), Some(two.id)]);
        assert_eq!(stored[0].data, Some(json!({"text": "a plan\nof two lines"})));
        assert_eq!(seed.kinds(one.id).await, ["created"], "a note is no comment");
    }

    async fn refusals(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&start("day")).await;
        for text in ["", " \n", "\u{1b}[2J", &"x".repeat(1024 * 1024 + 1)] {
            assert_eq!(seed.must_refuse(&note(text)).await.kind(), ErrorKind::Invalid);
        }
        let nothing = NoteInSession { item: Some(Ref::from("CB-9")), ..note("x") };
        assert_eq!(seed.must_refuse(&nothing).await.kind(), ErrorKind::NotFound);
        seed.must(&end("day")).await;
        let error = seed.must_refuse(&NoteInSession { session: Some(Ref::from("day")), ..note("late") }).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Inactive { entity: "session", .. })), "{error}");
        assert_eq!(seed.must_refuse(&note("late")).await.kind(), ErrorKind::NotFound);
    }
}
