//! Items that are put under each other at once.

use std::sync::Arc;

use callboard_service::entity::work_items;
use callboard_service::item::{EditItem, NewItem};
use callboard_service::{Change, Error};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race, write_unguarded};

async fn pair(seed: &Seed) -> [Uuid; 2] {
    let two = seed.add_all(vec![NewItem::titled("a"), NewItem::titled("b")]).await;
    [two[0].id, two[1].id]
}

async fn parents(seed: &Seed, [a, b]: [Uuid; 2]) -> [Option<Uuid>; 2] {
    [seed.row(a).await.parent_id, seed.row(b).await.parent_id]
}

both! {
    async fn two_parents_at_once_never_close_a_cycle(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut one_first) = (0, 0);
        for round in 0..ROUNDS {
            let [a, b] = pair(&seed).await;
            let under = |item: Uuid, parent: Uuid| EditItem { parent: Change::Set(parent.into()), ..EditItem::new(item) };
            let (one, two, overlap) = race(&boards, [seed.me; 2], under(a, b), under(b, a)).await;
            overlaps += usize::from(overlap);
            one_first += usize::from(one.is_ok());
            let (expected, refusal) = match (one, two) {
                (Ok(_), Err(refusal)) => ([Some(b), None], refusal),
                (Err(refusal), Ok(_)) => ([None, Some(a)], refusal),
                both => panic!("round {round}: exactly one is put under the other: {both:?}"),
            };
            assert!(matches!(refusal, Error::Cycle { .. }), "round {round}: {refusal}");
            assert_eq!(parents(&seed, [a, b]).await, expected, "round {round}");
        }
        assert_raced(overlaps, one_first);
    }

    /// The control: each looks for a cycle and then writes its parent, without the lock of the project.
    async fn without_the_lock_two_parents_close_a_cycle(t: TestDb) {
        let seed = t.seed().await;
        let mut closed = 0;
        for _ in 0..CONTROL_ROUNDS {
            let [a, b] = pair(&seed).await;
            let barrier = Arc::new(Barrier::new(2));
            let one = tokio::spawn(unlocked_parent(seed.clone(), a, b, Arc::clone(&barrier)));
            let two = tokio::spawn(unlocked_parent(seed.clone(), b, a, barrier));
            one.await.expect("the call ends");
            two.await.expect("the call ends");
            closed += usize::from(parents(&seed, [a, b]).await == [Some(b), Some(a)]);
        }
        assert!(closed > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// What putting an item under another would be without its lock: a look, a decision, the write.
async fn unlocked_parent(seed: Seed, item: Uuid, parent: Uuid, barrier: Arc<Barrier>) {
    let mut above = Some(parent);
    while let Some(id) = above.filter(|id| *id != item) {
        above = seed.row(id).await.parent_id;
    }
    meet(&barrier).await;
    if above.is_some() {
        return;
    }
    let change = work_items::ActiveModel { parent_id: Set(Some(parent)), ..Default::default() };
    write_unguarded(&seed, item, change, json!({})).await;
}
