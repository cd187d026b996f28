//! Showing a session.

use callboard_service::item::CommentOnItem;
use callboard_service::session::{NoteInSession, PushContext, ShowSession};
use callboard_service::{Actor, Error, ErrorKind, Ref};
use support::{TestDb, both};

use super::{end, keys, of, start};

fn note(text: &str) -> NoteInSession {
    NoteInSession { session: Some(Ref::from("day")), text: text.to_owned(), item: None }
}

both! {
    async fn what_happened_and_what_was_changed_in_it(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        for _ in 0..2 {
            seed.item().await;
        }
        let session = of(&seed, &agent, "day").await;
        for item in ["CB-1", "CB-2"] {
            seed.by(&agent, &PushContext { session: None, item: Ref::from(item) }).await.expect("push");
        }
        seed.must(&note("from the outside")).await;
        let inside = seed.board.in_session(&Ref::from("day")).await.expect("the session");
        let comment = |item: &str| CommentOnItem { item: Ref::from(item), text: "seen".to_owned() };
        inside.run(Actor::agent(agent.id), &comment("CB-1")).await.expect("comment");
        seed.by(&agent, &comment("CB-2")).await.expect("comment, in no session");
        let found = seed.board.read(&ShowSession::of("day")).await.expect("show");
        assert_eq!(found.listed.session, super::row(&seed, session.id).await);
        assert_eq!((found.listed.holder.as_deref(), found.listed.item.as_deref()), (Some("agent:coder"), Some("CB-2")));
        assert_eq!(keys(&found.stack), ["CB-1", "CB-2"]);
        let events: Vec<_> = found
            .events
            .iter()
            .map(|event| (event.seq, event.kind.as_str(), event.item.as_deref(), event.actor.as_str()))
            .collect();
        let expected = [
            (3, "note", Some("CB-2"), "user:kim"),
            (2, "push", Some("CB-2"), "agent:coder"),
            (1, "push", Some("CB-1"), "agent:coder"),
        ];
        assert_eq!(events, expected);
        assert_eq!((found.changes_total, found.changes.len(), found.next), (1, 1, None));
        let change = &found.changes[0];
        let told = (change.item.as_str(), change.kind.as_str(), change.revision, change.actor.as_str());
        assert_eq!(told, ("CB-1", "comment", 1, "agent:coder"));
    }

    async fn its_events_come_in_pages_and_in_as_many_statements(t: TestDb) {
        let seed = t.seed().await;
        seed.must(&start("day")).await;
        seed.must(&note("1")).await;
        let few = t.statements(&seed.board, &ShowSession::of("day")).await;
        for n in 2..=60 {
            seed.must(&note(&n.to_string())).await;
        }
        assert_eq!(t.statements(&seed.board, &ShowSession::of("day")).await, few);
        let first = seed.board.read(&ShowSession::of("day")).await.expect("show");
        assert_eq!((first.events.len(), first.events[0].seq, first.next), (50, 60, Some(11)));
        let rest = ShowSession { before: first.next, ..ShowSession::of("day") };
        let rest = seed.board.read(&rest).await.expect("show");
        assert_eq!((rest.events.len(), rest.events[0].seq, rest.next), (10, 10, None));
    }

    async fn one_that_is_over_is_shown_too(t: TestDb) {
        let seed = t.seed().await;
        let id = seed.must(&start("day")).await.id;
        seed.must(&end("day")).await;
        let found = seed.board.read(&ShowSession::of(id)).await.expect("show");
        assert_eq!((found.listed.session.key.as_str(), found.events.len()), ("day", 1));
        let error = seed.board.read(&ShowSession::of("days")).await.expect_err("there is none");
        assert!(matches!(&error, Error::NotFound { entity: "session", near, .. } if near == &["day"]), "{error}");
        for limit in [0, 1001] {
            let ask = ShowSession { limit, ..ShowSession::of("day") };
            assert_eq!(seed.board.read(&ask).await.expect_err("refused").kind(), ErrorKind::Invalid);
        }
    }
}
