//! Acknowledging messages.

use callboard_service::Error;
use callboard_service::message::{AcknowledgeMessages, ReadMessages};
use support::{TestDb, both};

use super::{inbox, rows, send, to};

both! {
    async fn it_is_read_then_too(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let unread = send(&seed, &one, &to(&two, "a")).await.id;
        let read = send(&seed, &one, &to(&two, "b")).await.id;
        seed.by(&two, &ReadMessages { messages: vec![read] }).await.expect("read");
        let read_at = rows(&seed).await[1].read_at;
        let ack = AcknowledgeMessages { messages: vec![unread, read] };
        let marked = seed.by(&two, &ack).await.expect("acknowledge");
        let stored = rows(&seed).await;
        for (row, mark) in stored.iter().zip(&marked) {
            assert_eq!((mark.read_at, mark.acknowledged_at, mark.already), (row.read_at, row.acknowledged_at, false));
            assert!(row.read_at.is_some() && row.acknowledged_at.is_some());
        }
        assert_eq!(stored[1].read_at, read_at, "the first time stays");
        let page = inbox(&seed, &two).await;
        assert_eq!((page.unread, page.unacknowledged), (0, 0));
        let again = seed.by(&two, &ack).await.expect("again");
        assert!(again.iter().all(|mark| mark.already));
        assert_eq!(rows(&seed).await, stored);
    }

    async fn not_by_the_sender(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let sent = send(&seed, &one, &to(&two, "a")).await.id;
        let error = seed.by(&one, &AcknowledgeMessages { messages: vec![sent] }).await.expect_err("not its own");
        assert!(matches!(error, Error::Invalid { field: "actor", .. }), "{error}");
        assert_eq!(rows(&seed).await[0].acknowledged_at, None);
    }
}
