//! The inbox of an agent.

use callboard_service::entity::MessageKind;
use callboard_service::message::{AcknowledgeMessages, Inbox, ReadMessages, SendMessage};
use callboard_service::project::AddProject;
use callboard_service::recovery::HandOver;
use callboard_service::{Error, Ref};
use support::{TestDb, both};

use super::{inbox, send, texts, to};

both! {
    async fn what_is_not_read_yet(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let item = seed.item().await;
        let about = SendMessage { item: Some(Ref::Id(item.id)), subject: Some("s".to_owned()), ..to(&two, "first") };
        let first = send(&seed, &one, &about).await;
        seed.must(&to(&two, "second")).await;
        let page = inbox(&seed, &two).await;
        assert_eq!((page.agent.as_str(), page.unread, page.unacknowledged), ("two", 2, 2));
        assert_eq!(texts(&page), ["second", "first"], "the newest first");
        let told = &page.messages[1];
        assert_eq!((told.id, told.thread, told.kind), (first.id, first.id, MessageKind::Message));
        assert_eq!((told.from.as_str(), told.project.as_str()), ("agent:one", "demo"));
        assert_eq!((told.item.as_ref(), told.subject.as_deref(), told.has_package), (Some(&item.key), Some("s"), false));
        assert_eq!(page.messages[0].from, "user:kim");
        assert_eq!(inbox(&seed, &two).await, page, "looking marks nothing");

        seed.by(&two, &ReadMessages { messages: vec![first.id] }).await.expect("read");
        let page = inbox(&seed, &two).await;
        assert_eq!((texts(&page), page.unread, page.unacknowledged), (vec!["second"], 1, 2));
        let all = seed.board.read(&Inbox { all: true, ..Inbox::of("two") }).await.expect("all");
        assert_eq!(texts(&all), ["second", "first"]);
        assert!(all.messages[1].read_at.is_some() && all.messages[0].read_at.is_none());
    }

    async fn each_reader_of_a_broadcast_has_its_own_state(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        seed.must(&SendMessage { text: "all".to_owned(), ..SendMessage::default() }).await;
        let mine = inbox(&seed, &one).await.messages[0].id;
        seed.by(&one, &ReadMessages { messages: vec![mine] }).await.expect("read");
        assert_eq!(inbox(&seed, &one).await.unread, 0);
        assert_eq!(inbox(&seed, &two).await.unread, 1, "what one has read, two has not");
    }

    async fn a_handover_to_nobody_is_read_by_whoever_holds_the_item(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let held = seed.work(&one).await;
        let hand = HandOver { assignment: Some(held.assignment), ..HandOver::of(Ref::Id(held.item.id), "take it") };
        seed.by(&one, &hand).await.expect("hand over");
        assert_eq!(inbox(&seed, &one).await.messages, [], "nobody holds it");
        seed.claim(&two).await;
        let page = inbox(&seed, &two).await;
        assert_eq!(texts(&page), ["take it"]);
        assert_eq!((page.messages[0].kind, page.messages[0].has_package), (MessageKind::Handover, true));
        assert_eq!(inbox(&seed, &one).await.messages, []);
    }

    async fn handovers_to_nobody_stand_between_messages_by_age(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let mut held = seed.work(&one).await;
        for number in 1..=3 {
            seed.must(&to(&two, &format!("m{number}"))).await;
            let hand = HandOver::of(Ref::Id(held.item.id), format!("h{number}"));
            seed.by(&one, &HandOver { assignment: Some(held.assignment), ..hand }).await.expect("hand over");
            held = seed.claim(if number < 3 { &one } else { &two }).await;
        }
        let ask = Inbox { limit: Some(2), ..Inbox::of("two") };
        let paged = async |all: bool| {
            let (mut seen, mut after, mut ids) = (Vec::new(), None, Vec::new());
            loop {
                let page = seed.board.read(&Inbox { after, all, ..ask.clone() }).await.expect("a page");
                assert!(page.messages.len() == 2 || page.next.is_none(), "{page:?}");
                seen.extend(page.messages.iter().map(|message| message.text.clone()));
                ids.extend(page.messages.iter().map(|message| message.id));
                after = page.next;
                if after.is_none() {
                    return (seen.join(" "), ids, page.unread, page.unacknowledged);
                }
            }
        };
        let (seen, ids, unread, unacknowledged) = paged(false).await;
        assert_eq!((seen.as_str(), unread, unacknowledged), ("h3 m3 h2 m2 h1 m1", 6, 6));
        seed.by(&two, &ReadMessages { messages: vec![ids[2], ids[5]] }).await.expect("read");
        seed.by(&two, &AcknowledgeMessages { messages: vec![ids[0]] }).await.expect("acknowledge");
        let (seen, _, unread, unacknowledged) = paged(false).await;
        assert_eq!((seen.as_str(), unread, unacknowledged), ("m3 m2 h1", 3, 5));
        let (seen, again, ..) = paged(true).await;
        assert_eq!((seen.as_str(), again), ("h3 m3 h2 m2 h1 m1", ids));
        let demo = Inbox { project: Some(Ref::from("demo")), limit: None, all: true, ..ask.clone() };
        assert!(t.statements(&seed.board, &demo).await <= 11, "as the query's documentation says");
        let page = seed.board.read(&demo).await.expect("an inbox");
        assert_eq!((page.messages.len(), page.unread, page.unacknowledged), (6, 3, 5));
        let other = AddProject { slug: "other".to_owned(), name: "O".to_owned(), key_prefix: "OT".to_owned(), ..AddProject::default() };
        seed.must(&other).await;
        let page = seed.board.read(&Inbox { project: Some(Ref::from("other")), ..ask }).await.expect("an inbox");
        assert_eq!((page.messages, page.unread, page.unacknowledged), (vec![], 0, 0));
    }

    async fn of_one_project_and_page_by_page(t: TestDb) {
        let seed = t.seed().await;
        let one = seed.agent("one").await;
        let demo = SendMessage { project: Some(Ref::from("demo")), ..to(&one, "1") };
        seed.must(&demo).await;
        let ask = Inbox { limit: Some(4), ..Inbox::of("one") };
        let few = t.statements(&seed.board, &ask).await;
        for number in 2..=9 {
            seed.must(&SendMessage { text: number.to_string(), ..demo.clone() }).await;
        }
        let other = AddProject { slug: "other".to_owned(), name: "O".to_owned(), key_prefix: "OT".to_owned(), ..AddProject::default() };
        seed.must(&other).await;
        seed.must(&SendMessage { project: Some(Ref::from("other")), ..to(&one, "elsewhere") }).await;
        assert_eq!(t.statements(&seed.board, &ask).await, few, "the statements do not grow with the rows");
        let only = Inbox { project: Some(Ref::from("demo")), ..ask.clone() };
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = seed.board.read(&Inbox { after, ..only.clone() }).await.expect("a page");
            assert_eq!(page.unread, 9, "of the project");
            seen.extend(page.messages.iter().map(|message| message.text.clone()));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(seen, (1..=9).rev().map(|n| n.to_string()).collect::<Vec<_>>());
        assert_eq!(inbox(&seed, &one).await.unread, 10);
        for limit in [0, 501] {
            let error = seed.board.read(&Inbox { limit: Some(limit), ..ask.clone() }).await;
            assert!(matches!(error, Err(Error::Invalid { field: "limit", .. })), "{limit}");
        }
        let error = seed.board.read(&Inbox::of("onee")).await;
        assert!(matches!(&error, Err(Error::NotFound { entity: "agent", near, .. }) if near == &["one"]), "{error:?}");
    }
}
