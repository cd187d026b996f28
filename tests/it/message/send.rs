//! Sending messages.

use std::collections::BTreeSet;

use callboard_service::agent::ArchiveAgent;
use callboard_service::entity::{MessageActorType, MessageKind};
use callboard_service::message::SendMessage;
use callboard_service::project::AddProject;
use callboard_service::{Conflict, Error, Ref};
use support::{TestDb, both};
use uuid::Uuid;

use super::{inbox, rows, send, texts, to};

both! {
    async fn to_one_agent(t: TestDb) {
        let seed = t.seed().await;
        let (one, two, three) = (seed.agent("one").await, seed.agent("two").await, seed.agent("three").await);
        let item = seed.item().await;
        let message = SendMessage {
            item: Some(Ref::from(item.key.as_str())),
            subject: Some("grammar".to_owned()),
            ..to(&two, "the grammar has changed")
        };
        let sent = send(&seed, &one, &message).await;
        assert_eq!((sent.kind, sent.to, sent.thread), (MessageKind::Message, vec!["two".to_owned()], sent.id));
        let stored = rows(&seed).await;
        assert_eq!(stored.len(), 1);
        let row = &stored[0];
        assert_eq!((row.id, row.project_id, row.thread_id), (sent.id, seed.project.id, None));
        assert_eq!((row.from_agent_id, row.to_agent_id, row.work_item_id), (Some(one.id), Some(two.id), Some(item.id)));
        assert_eq!((row.actor_type, row.actor_id), (MessageActorType::Agent, Some(one.id)));
        assert_eq!((row.read_at, row.acknowledged_at), (None, None));
        assert_eq!(row.body, serde_json::json!({"subject": "grammar", "text": "the grammar has changed"}));
        assert_eq!(texts(&inbox(&seed, &two).await), ["the grammar has changed"]);
        assert_eq!(inbox(&seed, &three).await.messages, []);
        assert_eq!(inbox(&seed, &one).await.messages, []);
        assert_eq!(seed.row(item.id).await, item, "a message changes no item");
    }

    async fn to_everybody_with_a_copy_for_each(t: TestDb) {
        let seed = t.seed().await;
        let (one, two, three) = (seed.agent("one").await, seed.agent("two").await, seed.agent("three").await);
        let gone = seed.agent("gone").await;
        seed.must(&ArchiveAgent { agent: Ref::Id(gone.id), reason: None }).await;
        let message = SendMessage { text: "frozen until noon".to_owned(), ..SendMessage::default() };
        let sent = send(&seed, &one, &message).await;
        assert_eq!((sent.kind, sent.to), (MessageKind::Broadcast, vec!["two".to_owned(), "three".to_owned()]));
        let stored = rows(&seed).await;
        let readers: Vec<_> = stored.iter().map(|row| row.to_agent_id).collect();
        assert_eq!(readers, [Some(two.id), Some(three.id)], "the sender and the archived one get none");
        assert_eq!((stored[0].thread_id, stored[1].thread_id), (None, Some(stored[0].id)), "one thread");
        let copies: BTreeSet<String> = stored.iter().map(|row| row.body["broadcast"].to_string()).collect();
        assert_eq!(copies.len(), 1);
        // A person sends to the sender, too.
        assert_eq!(seed.must(&message).await.to, ["one", "two", "three"]);
        // Who comes later gets none.
        let late = seed.agent("late").await;
        assert_eq!(inbox(&seed, &late).await.messages, []);
    }

    async fn an_answer_goes_back_into_the_thread(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let item = seed.item().await;
        let first = send(&seed, &one, &SendMessage { item: Some(Ref::Id(item.id)), ..to(&two, "ping") }).await;
        let answer = |id: Uuid, text: &str| SendMessage { reply_to: Some(id), text: text.to_owned(), ..SendMessage::default() };
        let second = send(&seed, &two, &answer(first.id, "pong")).await;
        assert_eq!((second.thread, second.kind), (first.id, MessageKind::Message));
        assert_eq!(second.to, ["one"], "the other side");
        let third = send(&seed, &two, &answer(second.id, "and more")).await;
        assert_eq!((third.thread, third.to), (first.id, vec!["one".to_owned()]), "one's own message goes on to its reader");
        let stored = rows(&seed).await;
        assert!(stored.iter().all(|row| row.work_item_id == Some(item.id)), "about the same item");
        assert_eq!(stored.iter().filter(|row| row.thread_id == Some(first.id)).count(), 2);
        assert_eq!(texts(&inbox(&seed, &one).await), ["and more", "pong"]);
        let elsewhere = SendMessage { to: Some(Ref::from("two")), ..answer(second.id, "to another") };
        assert_eq!(send(&seed, &one, &elsewhere).await.to, ["two"]);
    }

    async fn what_is_answered_to_a_person_stands_in_the_thread(t: TestDb) {
        let seed = t.seed().await;
        let one = seed.agent("one").await;
        let asked = seed.must(&to(&one, "how far?")).await;
        let answer = SendMessage { reply_to: Some(asked.id), text: "half".to_owned(), ..SendMessage::default() };
        let sent = send(&seed, &one, &answer).await;
        assert_eq!((sent.thread, sent.to), (asked.id, Vec::<String>::new()));
        assert_eq!(rows(&seed).await[1].to_agent_id, None);
        // The person goes on with the agent.
        assert_eq!(seed.must(&SendMessage { reply_to: Some(asked.id), text: "and now?".to_owned(), ..SendMessage::default() }).await.to, ["one"]);
    }

    async fn bad_input_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.must_refuse(&SendMessage { text: "x".to_owned(), ..SendMessage::default() }).await;
        assert!(matches!(error, Error::Invalid { field: "to", .. }), "nobody would get it: {error}");
        let one = seed.agent("one").await;
        let (item, good) = (seed.item().await, to(&one, "x"));
        let other = AddProject { slug: "other".to_owned(), name: "O".to_owned(), key_prefix: "OT".to_owned(), ..AddProject::default() };
        seed.must(&other).await;
        let sent = seed.must(&SendMessage { project: Some(Ref::from("demo")), ..good.clone() }).await;
        let elsewhere = Some(Ref::from("other"));
        let bad = [
            (SendMessage { text: " ".to_owned(), project: Some(Ref::from("demo")), ..good.clone() }, "text"),
            (SendMessage { text: "\u{7}".to_owned(), ..good.clone() }, "text"),
            (SendMessage { subject: Some("a\nb".to_owned()), ..good.clone() }, "subject"),
            (SendMessage { item: Some(Ref::Id(item.id)), project: elsewhere.clone(), ..good.clone() }, "project"),
            (SendMessage { reply_to: Some(sent.id), project: elsewhere, ..good.clone() }, "project"),
            // Of two projects none is meant by itself.
            (good.clone(), "project"),
        ];
        for (message, expected) in bad {
            let error = seed.must_refuse(&message).await;
            assert!(matches!(&error, Error::Invalid { field, .. } if *field == expected), "{expected}: {error}");
        }
        let missing = [
            (SendMessage { to: Some(Ref::from("onee")), project: Some(Ref::from("demo")), ..good.clone() }, "agent"),
            (SendMessage { reply_to: Some(Uuid::now_v7()), ..good.clone() }, "message"),
            (SendMessage { item: Some(Ref::from("CB-99")), ..good.clone() }, "item"),
            (SendMessage { project: Some(Ref::from("dmeo")), ..good.clone() }, "project"),
        ];
        for (message, expected) in missing {
            let error = seed.must_refuse(&message).await;
            assert!(matches!(&error, Error::NotFound { entity, .. } if *entity == expected), "{expected}: {error}");
        }
        seed.must(&ArchiveAgent { agent: Ref::Id(one.id), reason: None }).await;
        let error = seed.must_refuse(&SendMessage { project: Some(Ref::from("demo")), ..good }).await;
        assert!(matches!(&error, Error::Conflict(Conflict::Inactive { entity: "agent", .. })), "{error}");
    }
}
