//! Showing a thread.

use callboard_service::Error;
use callboard_service::message::{AcknowledgeMessages, SendMessage, ShowMessage};
use support::{TestDb, both};
use uuid::Uuid;

use super::{rows, send, to};

both! {
    async fn the_whole_thread_by_any_of_its_messages(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let first = send(&seed, &one, &to(&two, "ping")).await;
        send(&seed, &one, &to(&two, "another thread")).await;
        let answer = SendMessage { reply_to: Some(first.id), text: "pong".to_owned(), ..SendMessage::default() };
        let second = send(&seed, &two, &answer).await;
        seed.by(&one, &AcknowledgeMessages { messages: vec![second.id] }).await.expect("acknowledge");
        let shown = seed.board.read(&ShowMessage { message: second.id }).await.expect("show");
        assert_eq!(seed.board.read(&ShowMessage { message: first.id }).await.expect("show"), shown);
        assert_eq!(shown.thread, first.id);
        let told: Vec<_> = shown.messages.iter().map(|m| (m.id, m.from.as_str(), m.text.as_str())).collect();
        assert_eq!(told, [(first.id, "agent:one", "ping"), (second.id, "agent:two", "pong")], "the oldest first");
        let readers = &shown.messages[1].readers;
        assert_eq!((readers.len(), readers[0].reader.as_deref()), (1, Some("agent:one")));
        assert!(readers[0].acknowledged_at.is_some());
        assert_eq!(shown.messages[0].readers[0].read_at, None, "showing marks nothing");
        assert!(rows(&seed).await[0].read_at.is_none());
    }

    async fn a_broadcast_once_with_all_its_readers(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let sent = seed.must(&SendMessage { text: "all".to_owned(), ..SendMessage::default() }).await;
        let copies = rows(&seed).await;
        assert_eq!(copies.len(), 2);
        seed.by(&two, &AcknowledgeMessages { messages: vec![copies[1].id] }).await.expect("acknowledge");
        let answer = SendMessage { reply_to: Some(copies[0].id), text: "fine".to_owned(), ..SendMessage::default() };
        send(&seed, &one, &answer).await;
        let few = t.statements(&seed.board, &ShowMessage { message: sent.id }).await;
        let shown = seed.board.read(&ShowMessage { message: copies[1].id }).await.expect("show");
        assert_eq!(shown.messages.iter().map(|m| m.text.as_str()).collect::<Vec<_>>(), ["all", "fine"]);
        let states: Vec<_> = shown.messages[0].readers.iter().map(|r| (r.reader.as_deref(), r.read_at.is_some())).collect();
        assert_eq!(states, [(Some("agent:one"), false), (Some("agent:two"), true)]);
        for _ in 0..5 {
            send(&seed, &one, &answer).await;
        }
        assert_eq!(t.statements(&seed.board, &ShowMessage { message: sent.id }).await, few);
    }

    async fn what_is_not_there(t: TestDb) {
        let seed = t.seed().await;
        let error = seed.board.read(&ShowMessage { message: Uuid::now_v7() }).await;
        assert!(matches!(error, Err(Error::NotFound { entity: "message", .. })), "{error:?}");
    }
}
