//! Marking messages as read.

use callboard_service::assignment::Holder;
use callboard_service::message::{AcknowledgeMessages, ReadMessages};
use callboard_service::recovery::HandOver;
use callboard_service::{Actor, Error, Ref};
use support::work::assign;
use support::{TestDb, both};
use uuid::Uuid;

use super::{rows, send, to};

both! {
    async fn by_its_reader_and_the_first_time_counts(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let first = send(&seed, &one, &to(&two, "a")).await.id;
        let second = send(&seed, &one, &to(&two, "b")).await.id;
        let marked = seed.by(&two, &ReadMessages { messages: vec![first] }).await.expect("read");
        assert_eq!((marked[0].id, marked[0].already, marked[0].acknowledged_at), (first, false, None));
        let at = rows(&seed).await[0].read_at.expect("it is read");
        assert_eq!(marked[0].read_at, Some(at));
        let both = seed.by(&two, &ReadMessages { messages: vec![second, first, first] }).await.expect("read both");
        assert_eq!(both.iter().map(|m| (m.id, m.already)).collect::<Vec<_>>(), [(first, true), (second, false)]);
        let stored = rows(&seed).await;
        assert_eq!(stored[0].read_at, Some(at), "the first time stays");
        assert!(stored[1].read_at.is_some() && stored.iter().all(|row| row.acknowledged_at.is_none()));
    }

    async fn not_by_others_and_all_or_none(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let mine = send(&seed, &one, &to(&two, "to two")).await.id;
        let other = send(&seed, &two, &to(&one, "to one")).await.id;
        let before = seed.snapshot().await;
        let error = seed.by(&two, &ReadMessages { messages: vec![mine, other] }).await.expect_err("one is not its own");
        assert!(matches!(error, Error::Invalid { field: "actor", .. }), "{error}");
        seed.assert_unchanged(&before, "a refused mark").await;
        let error = seed.must_refuse(&ReadMessages { messages: vec![mine] }).await;
        assert!(matches!(error, Error::Invalid { field: "actor", .. }), "a person reads for nobody: {error}");
        let missing = seed.by(&two, &ReadMessages { messages: vec![mine, Uuid::now_v7()] }).await.expect_err("not there");
        assert!(matches!(missing, Error::NotFound { entity: "message", .. }), "{missing}");
        for messages in [Vec::new(), (0..501).map(|_| Uuid::now_v7()).collect()] {
            let error = seed.by(&two, &ReadMessages { messages }).await.expect_err("none or too many");
            assert!(matches!(error, Error::Invalid { field: "messages", .. }), "{error}");
        }
        seed.assert_unchanged(&before, "a refused mark").await;
    }

    async fn a_handover_to_nobody_by_the_holder_only(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        let held = seed.work(&one).await;
        let message = seed.must(&HandOver::of(Ref::Id(held.item.id), "take it")).await.message;
        let read = ReadMessages { messages: vec![message] };
        assert!(seed.by(&two, &read).await.is_err(), "it holds nothing yet");
        seed.claim(&two).await;
        assert!(seed.by(&one, &read).await.is_err());
        assert!(!seed.by(&two, &read).await.expect("the holder reads it")[0].already);
    }

    /// People have no inbox, but may be the ones who go on.
    async fn a_handover_to_nobody_by_the_person_who_holds_the_item(t: TestDb) {
        let seed = t.seed().await;
        let one = seed.agent("one").await;
        let held = seed.work(&one).await;
        let message = seed.must(&HandOver::of(Ref::Id(held.item.id), "take it")).await.message;
        let ack = AcknowledgeMessages { messages: vec![message] };
        let error = seed.must_refuse(&ack).await;
        assert!(matches!(error, Error::Invalid { field: "actor", .. }), "kim holds nothing: {error}");
        let error = seed.board.run(Actor::SYSTEM, &ack).await.expect_err("Callboard itself reads nothing");
        assert!(matches!(error, Error::Invalid { field: "actor", .. }), "{error}");
        seed.must(&assign(held.item.id, Holder::User(Ref::Id(seed.user.id)))).await;
        assert!(!seed.must(&ack).await[0].already);
        assert!(rows(&seed).await[0].acknowledged_at.is_some());
        // What is to an agent stays that agent's.
        let to_one = HandOver { to: Some(Ref::from("one")), ..HandOver::of(Ref::Id(seed.item().await.id), "yours") };
        let message = seed.must(&to_one).await.message;
        let error = seed.must_refuse(&AcknowledgeMessages { messages: vec![message] }).await;
        assert!(matches!(error, Error::Invalid { field: "actor", .. }), "{error}");
    }
}
