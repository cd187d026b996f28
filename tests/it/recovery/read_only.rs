//! `callboard recover` changes nothing: every column of every row is as it was, whatever it is asked for.

use callboard_service::assignment::Fail;
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::decision::AddDecision;
use callboard_service::entity::FileOperationOperation as Operation;
use callboard_service::item::CommentOnItem;
use callboard_service::recovery::HandOver;
use callboard_service::{Ref, session};
use support::{TestDb, both};

use super::{operation, track};
use crate::migration::data::dump::Dump;

both! {
    async fn whatever_it_is_asked_for(t: TestDb) {
        let seed = t.seed().await;
        let (one, two) = (seed.agent("one").await, seed.agent("two").await);
        // Everything that a package tells of, and what a write would have to see to: a lease and a backoff that ran out.
        let held = seed.work(&one).await;
        let item = Ref::Id(held.item.id);
        let start = session::StartSession { key: Some("day".to_owned()), item: Some(item.clone()), ..Default::default() };
        seed.by(&one, &start).await.expect("start");
        seed.by(&one, &AddCheckpoint::of(item.clone(), "half")).await.expect("write");
        let decide = AddDecision { item: Some(item.clone()), ..AddDecision::new("By hand", "No generator.", "Errors.") };
        seed.by(&one, &decide).await.expect("decide");
        seed.must(&CommentOnItem { item: item.clone(), text: "a note".to_owned() }).await;
        track(&seed, operation(&seed, held.item.id, 0, Operation::Create, "src/a.rs")).await;
        let fail = Fail { assignment: held.assignment, reason: "tired".to_owned(), permanent: false };
        seed.by(&one, &fail).await.expect("fail");
        seed.end_backoffs().await;
        let again = seed.claim(&one).await;
        let hand = HandOver { assignment: Some(again.assignment), ..HandOver::of(item, "the rest is yours") };
        seed.by(&one, &hand).await.expect("hand over");
        let mine = seed.claim(&two).await.assignment;
        seed.lapse(mine).await;

        let key = held.item.key.as_str();
        let recover = |args: &[&str]| {
            let asked = t.callboard(["recover", key]).args(args.iter().copied());
            asked.env("CALLBOARD_ASSIGNMENT", mine.to_string()).env("CALLBOARD_SESSION", "day").run().ok().stdout
        };
        let before = Dump::of(&seed.raw).await;
        for args in [
            &[][..],
            &["--json"],
            &["--markdown"],
            &["--budget", "1500"],
            &["--budget", "1500", "--json"],
            &["--budget", "1500", "--markdown"],
            &["--budget", "1000000"],
        ] {
            let said = recover(args);
            assert!(said.contains("half") && said.contains(key), "{args:?}: {said}");
            assert_eq!(Dump::of(&seed.raw).await, before, "{args:?}");
        }
        t.callboard(["recover", "CB-99"]).run().code(13);
        t.callboard(["recover", key, "--budget", "1"]).run().code(18);
        assert_eq!(Dump::of(&seed.raw).await, before, "what is refused");

        // The control: the same digest sees a write of one column.
        seed.sql("UPDATE checkpoints SET note = 'other'").await;
        assert_ne!(Dump::of(&seed.raw).await, before);
        seed.reindex().await;
    }
}
