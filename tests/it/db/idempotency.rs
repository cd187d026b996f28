//! A verb run once for a key.

use callboard_service::assignment::{Claim, Complete, CompleteAndClaim, Fail};
use callboard_service::entity::{idempotency_keys as keys, task_assignments};
use callboard_service::item::NewItem;
use callboard_service::{Actor, Conflict, Error, ErrorKind, Ref};
use chrono::TimeDelta;
use sea_orm::ActiveValue::Set;
use sea_orm::{EntityTrait, PaginatorTrait, QueryFilter};
use support::{Seed, TestDb, both};

both! {
    async fn a_repeat_gets_the_same_answer_and_does_nothing(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let by = Actor::agent(agent.id);
        seed.add_all((0..4).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let claim = Claim::one(Ref::Id(agent.id));
        let first = seed.board.run_once(by, "k1", &claim).await.expect("claim");
        let before = seed.snapshot().await;
        for _ in 0..3 {
            assert_eq!(seed.board.run_once(by, "k1", &claim).await.expect("a repeat"), first);
        }
        seed.assert_unchanged(&before, "a repeat").await;
        let other = seed.board.run_once(by, "k2", &claim).await.expect("another key");
        assert_ne!(other.claimed[0].assignment, first.claimed[0].assignment);
        let me = seed.board.run_once(seed.me, "k1", &claim).await.expect("another actor's own key");
        assert_ne!(me.claimed[0].assignment, first.claimed[0].assignment);
        assert_eq!(count::<task_assignments::Entity>(&seed).await, 3);
        let row = keys::Entity::find_by_id((by.key(), "Claim".to_owned(), "k1".to_owned())).one(&seed.raw).await;
        let row = row.expect("read the key").expect("the key is there");
        assert_eq!(row.expires_at - row.created_at, TimeDelta::days(7));
    }

    async fn another_verb_has_keys_of_its_own(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all(vec![NewItem::titled("a"), NewItem::titled("b")]).await;
        let claim = Claim::one(Ref::Id(agent.id));
        let held = seed.board.run_once(seed.me, "k", &claim).await.expect("claim").claimed[0].assignment;
        let both = CompleteAndClaim { complete: Complete { assignment: held, ..Complete::default() }, claim };
        let first = seed.board.run_once(seed.me, "k", &both).await.expect("complete and claim");
        assert_eq!(first.next.claimed.len(), 1);
        assert_eq!(seed.board.run_once(seed.me, "k", &both).await.expect("a repeat"), first, "also when it is nested");
    }

    async fn another_request_is_a_conflict(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all(vec![NewItem::titled("a"), NewItem::titled("b")]).await;
        let claim = Claim::one(Ref::Id(agent.id));
        let first = seed.board.run_once(seed.me, "k", &claim).await.expect("claim");
        let before = seed.snapshot().await;
        let more = Claim { count: 2, ..claim };
        let error = seed.board.run_once(seed.me, "k", &more).await.expect_err("another request");
        let Error::Conflict(Conflict::IdempotencyKey { key, stored }) = error else { panic!("{error}") };
        assert_eq!((key.as_str(), stored), ("k", serde_json::to_value(&first).expect("the answer as JSON")));
        seed.assert_unchanged(&before, "the conflict").await;
    }

    async fn after_seven_days_a_key_is_forgotten(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all((0..4).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let claim = Claim::one(Ref::Id(agent.id));
        let first = seed.board.run_once(seed.me, "old", &claim).await.expect("claim");
        seed.board.run_once(seed.me, "older", &claim).await.expect("claim");
        let past = seed.board.now() - TimeDelta::microseconds(1);
        let expired = keys::ActiveModel { expires_at: Set(past), ..Default::default() };
        keys::Entity::update_many().set(expired).filter(sea_orm::Condition::all()).exec(&seed.raw).await.expect("age them");
        let again = seed.board.run_once(seed.me, "old", &claim).await.expect("anew");
        assert_ne!(again.claimed[0].assignment, first.claimed[0].assignment);
        assert_eq!(count::<keys::Entity>(&seed).await, 1, "the expired ones are gone");
    }

    async fn a_refused_verb_leaves_its_key_free(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await.assignment;
        let fail = |reason: &str| Fail { assignment: held, reason: reason.to_owned(), permanent: false };
        let before = seed.snapshot().await;
        let error = seed.board.run_once(seed.me, "k", &fail("")).await.expect_err("no reason");
        assert_eq!(error.kind(), ErrorKind::Invalid);
        seed.assert_unchanged(&before, "the refusal").await;
        seed.board.run_once(seed.me, "k", &fail("it broke")).await.expect("the key is free");
        for key in [String::new(), "x".repeat(201)] {
            let error = seed.board.run_once(seed.me, &key, &fail("it broke")).await.expect_err("a bad key");
            assert_eq!(error.kind(), ErrorKind::Invalid);
        }
    }
}

async fn count<E>(seed: &Seed) -> u64
where
    E: EntityTrait,
    E::Model: sea_orm::FromQueryResult + Sized + Send + Sync,
{
    E::find().count(&seed.raw).await.expect("count the rows")
}
