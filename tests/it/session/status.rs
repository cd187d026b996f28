//! Where somebody is, and what of theirs is open.

use callboard_service::session::{NoteInSession, PushContext, RecordCommand, SessionStatus, StartSession};
use callboard_service::{Actor, ErrorKind, Ref};
use support::{TestDb, both};

use super::{beside, end, keys, of, pause, start};

fn ask(actor: Actor) -> SessionStatus {
    SessionStatus { actor, session: None, project: None }
}

both! {
    async fn where_i_am_and_what_is_open(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let me = Actor::agent(agent.id);
        let nothing = seed.board.read(&ask(me)).await.expect("status");
        assert_eq!((nothing.actor.as_str(), &nothing.session), ("agent:coder", &None));
        assert!(nothing.open_sessions.is_empty() && nothing.open_assignments.is_empty() && nothing.stack.is_empty());

        of(&seed, &agent, "old").await;
        seed.must(&pause("old")).await;
        let session = of(&seed, &agent, "day").await;
        seed.must(&start("of-kim")).await;
        let held = seed.work(&agent).await;
        let other = seed.item().await;
        for item in [held.item.id, other.id] {
            seed.by(&agent, &PushContext { session: None, item: Ref::Id(item) }).await.expect("push");
        }
        for n in 1..=6 {
            let note = NoteInSession { session: Some(Ref::from("day")), text: format!("note {n}"), item: None };
            seed.by(&agent, &note).await.expect("note");
        }
        let command = RecordCommand { session: None, command: "make".to_owned(), exit_code: Some(0) };
        seed.by(&agent, &command).await.expect("command");

        let found = seed.board.read(&ask(me)).await.expect("status");
        let present = found.session.expect("a session");
        assert_eq!((present.session.id, present.item.as_deref()), (session.id, Some(other.key.as_str())));
        assert_eq!(keys(&found.stack), [held.item.key.as_str(), other.key.as_str()]);
        let recent: Vec<_> = found.recent.iter().map(|event| event.kind.as_str()).collect();
        assert_eq!(recent, ["command", "note", "note", "note", "note"]);
        assert_eq!(found.recent[1].data.as_ref().map(|data| &data["text"]), Some(&"note 6".into()));
        let open: Vec<_> = found.open_sessions.iter().map(|listed| listed.session.key.as_str()).collect();
        assert_eq!(open, ["old"], "that of kim is not the agent's");
        let assignments: Vec<_> = found.open_assignments.iter().map(|row| row.assignment.id).collect();
        assert_eq!(assignments, [held.assignment]);
    }

    async fn the_named_one_or_the_newest_active_one_of_the_project(t: TestDb) {
        let seed = t.seed().await;
        seed.board.run(seed.me, &crate::project::project("other", "OT")).await.expect("add");
        let demo = |key: &str| StartSession { project: Some(Ref::from("demo")), ..beside(key) };
        for key in ["one", "two"] {
            seed.must(&demo(key)).await;
        }
        seed.must(&StartSession { project: Some(Ref::from("other")), ..start("three") }).await;
        let key = async |status: SessionStatus| {
            let found = seed.board.read(&status).await.expect("status");
            found.session.map(|listed| listed.session.key)
        };
        assert_eq!(key(ask(seed.me)).await.as_deref(), Some("three"));
        let demo = SessionStatus { project: Some(Ref::from("demo")), ..ask(seed.me) };
        assert_eq!(key(demo.clone()).await.as_deref(), Some("two"));
        seed.must(&end("two")).await;
        assert_eq!(key(demo.clone()).await.as_deref(), Some("one"));
        seed.must(&pause("one")).await;
        assert_eq!(key(demo).await, None);
        let named = SessionStatus { session: Some(Ref::from("two")), ..ask(seed.me) };
        assert_eq!(key(named).await.as_deref(), Some("two"), "also one that is over");
        let nowhere = SessionStatus { session: Some(Ref::from("nowhere")), ..ask(seed.me) };
        assert_eq!(seed.board.read(&nowhere).await.expect_err("refused").kind(), ErrorKind::NotFound);
        let system = seed.board.read(&ask(Actor::SYSTEM)).await.expect("status");
        assert_eq!((system.actor.as_str(), system.session, system.open_sessions.len()), ("system", None, 0));
    }

    async fn in_as_many_statements_whatever_is_open(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let me = Actor::agent(agent.id);
        of(&seed, &agent, "day").await;
        let held = seed.work(&agent).await;
        let note = NoteInSession { session: Some(Ref::from("day")), text: "x".to_owned(), item: None };
        seed.by(&agent, &PushContext { session: None, item: Ref::Id(held.item.id) }).await.expect("push");
        seed.by(&agent, &note).await.expect("note");
        seed.by(&agent, &beside("other")).await.expect("start");
        let ask = SessionStatus { session: Some(Ref::from("day")), ..ask(me) };
        let few = t.statements(&seed.board, &ask).await;
        for n in 0..60 {
            seed.by(&agent, &beside(&format!("more-{n}"))).await.expect("start");
            seed.by(&agent, &note).await.expect("note");
            seed.work(&agent).await;
        }
        assert_eq!(t.statements(&seed.board, &ask).await, few);
        let found = seed.board.read(&ask).await.expect("status");
        assert_eq!((found.open_sessions.len(), found.open_assignments.len(), found.recent.len()), (50, 50, 5));
    }
}
