//! Two calls at once with one idempotency key do what they ask for once, and both get the same answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use callboard_service::assignment::{Claim, ClaimOutcome};
use callboard_service::entity::{board_users, idempotency_keys as keys, task_assignments};
use callboard_service::item::NewItem;
use callboard_service::user::AddUser;
use callboard_service::{Actor, Callboard, Ref, Verb};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, PaginatorTrait};
use serde::Serialize;
use serde::de::DeserializeOwned;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, Timed, boards, meet};

const ROUNDS: usize = 50;

both! {
    /// The second call waits for the first: it gets its answer, and not a refusal for what the first one took.
    async fn two_calls_at_once_do_it_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all((0..2 * ROUNDS).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let boards = boards(&t).await;
        let mut overlaps = 0;
        for round in 0..ROUNDS {
            let key = format!("k{round}");
            let (a, b, overlap) = twice(&boards, seed.me, &key, Claim::one(Ref::Id(agent.id))).await;
            assert_eq!(a, b, "round {round}");
            assert_eq!(a.claimed.len(), 1);
            overlaps += usize::from(overlap);
            let user = AddUser { name: format!("user {round}"), email: Some(format!("u{round}@example.org")) };
            let (a, b, overlap) = twice(&boards, seed.me, &key, user).await;
            assert_eq!(a, b, "round {round}");
            overlaps += usize::from(overlap);
            assert_eq!(task_assignments::Entity::find().count(&seed.raw).await.expect("count"), round as u64 + 1);
        }
        assert_eq!(board_users::Entity::find().count(&seed.raw).await.expect("count"), ROUNDS as u64 + 1, "and kim");
        assert_eq!(keys::Entity::find().count(&seed.raw).await.expect("count"), 2 * ROUNDS as u64);
        assert!(overlaps > ROUNDS, "only {overlaps} of {} pairs were races", 2 * ROUNDS);
    }

    /// The control: a key that is looked for before the work and written after it is no guard.
    async fn without_taking_the_key_first_it_is_done_twice(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all((0..2 * CONTROL_ROUNDS).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let mut twice = 0;
        for round in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let calls = [0, 1].map(|_| {
                tokio::spawn(unguarded(seed.clone(), agent.id, format!("k{round}"), Arc::clone(&barrier)))
            });
            let [a, b] = calls;
            let done = [a.await.expect("the call ends"), b.await.expect("the call ends")];
            twice += usize::from(done == [true, true]);
        }
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
        let claimed = task_assignments::Entity::find().count(&seed.raw).await.expect("count");
        assert_eq!(claimed, (CONTROL_ROUNDS + twice) as u64);
        assert_eq!(keys::Entity::find().count(&seed.raw).await.expect("count"), CONTROL_ROUNDS as u64);
    }
}

/// Both answers to one call that is made on two boards at once, and whether the calls overlapped.
async fn twice<V>(boards: &[Callboard; 2], me: Actor, key: &str, verb: V) -> (V::Output, V::Output, bool)
where
    V: Verb + Serialize + Clone + Send + 'static,
    V::Output: Serialize + DeserializeOwned,
{
    let barrier = Arc::new(Barrier::new(2));
    let first = tokio::spawn(once(boards[0].clone(), me, key.to_owned(), verb.clone(), Arc::clone(&barrier)));
    let second = tokio::spawn(once(boards[1].clone(), me, key.to_owned(), verb, barrier));
    let (a, b) = (first.await.expect("the call ends"), second.await.expect("the call ends"));
    let overlap = a.1 < b.2 && b.1 < a.2;
    (a.0.expect("the first"), b.0.expect("the second"), overlap)
}

async fn once<V>(board: Callboard, me: Actor, key: String, verb: V, barrier: Arc<Barrier>) -> Timed<V::Output>
where
    V: Verb + Serialize,
    V::Output: Serialize + DeserializeOwned + 'static,
{
    barrier.wait().await;
    // Now the one is a little ahead, now the other.
    tokio::time::sleep(Duration::from_micros(fastrand::u64(..500))).await;
    let begun = Instant::now();
    let result = board.run_once(me, &key, &verb).await;
    (result, begun, Instant::now())
}

/// What a call with a key would be without taking the key first; whether it did the work.
async fn unguarded(seed: Seed, agent: Uuid, key: String, barrier: Arc<Barrier>) -> bool {
    let id = (seed.me.key(), "Claim".to_owned(), key);
    let known = keys::Entity::find_by_id(id.clone()).one(&seed.raw).await.expect("look for the key");
    meet(&barrier).await;
    if known.is_some() {
        return false;
    }
    let outcome: ClaimOutcome = seed.board.run(seed.me, &Claim::one(Ref::Id(agent))).await.expect("claim");
    assert_eq!(outcome.claimed.len(), 1);
    let row = keys::ActiveModel {
        actor: Set(id.0),
        verb: Set(id.1),
        key: Set(id.2),
        request_sha256: Set("none".to_owned()),
        result: Set(serde_json::to_value(&outcome).expect("the answer as JSON")),
        expires_at: Set(seed.board.now()),
        created_at: Set(seed.board.now()),
    };
    let own = keys::Entity::insert(row).on_conflict(OnConflict::new().do_nothing().to_owned());
    own.exec_without_returning(&seed.raw).await.expect("keep the answer");
    true
}
