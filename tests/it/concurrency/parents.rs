//! Items that are put under each other at once.

use std::sync::Arc;

use callboard_service::entity::work_items;
use callboard_service::item::{EditItem, ItemRef, NewItem};
use callboard_service::{Change, Error};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race, write_unguarded};

/// Items a, b, c, d, where a is under b and c under d.
async fn ring(seed: &Seed) -> [Uuid; 4] {
    let under = |index| NewItem { parent: Some(ItemRef::Index(index)), ..NewItem::titled("x") };
    let items = vec![NewItem::titled("b"), under(0), NewItem::titled("d"), under(2)];
    let ids: Vec<Uuid> = seed.add_all(items).await.into_iter().map(|i| i.id).collect();
    [ids[1], ids[0], ids[3], ids[2]]
}

/// The parents of the two items that could close the ring.
async fn parents(seed: &Seed, [_, b, _, d]: [Uuid; 4]) -> [Option<Uuid>; 2] {
    [seed.row(b).await.parent_id, seed.row(d).await.parent_id]
}

both! {
    /// The two that would close the ring touch no row in common: only the lock of the project stands between them.
    async fn two_parents_at_once_never_close_a_cycle(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let (mut overlaps, mut one_first) = (0, 0);
        for round in 0..ROUNDS {
            let items @ [a, b, c, d] = ring(&seed).await;
            let under = |item: Uuid, parent: Uuid| EditItem { parent: Change::Set(parent.into()), ..EditItem::new(item) };
            let (one, two, overlap) = race(&boards, [seed.me; 2], under(b, c), under(d, a)).await;
            overlaps += usize::from(overlap);
            one_first += usize::from(one.is_ok());
            let (expected, refusal) = match (one, two) {
                (Ok(_), Err(refusal)) => ([Some(c), None], refusal),
                (Err(refusal), Ok(_)) => ([None, Some(a)], refusal),
                both => panic!("round {round}: exactly one is put under the other: {both:?}"),
            };
            let Error::Cycle { path, .. } = refusal else { panic!("round {round}: {refusal}") };
            assert_eq!(path.len(), 5, "the whole ring is named: {path:?}");
            assert_eq!(parents(&seed, items).await, expected, "round {round}");
        }
        assert_raced(overlaps, one_first);
    }

    /// The control: each looks for a cycle and then writes its parent, without the lock of the project.
    async fn without_the_lock_two_parents_close_a_cycle(t: TestDb) {
        let seed = t.seed().await;
        let mut closed = 0;
        for _ in 0..CONTROL_ROUNDS {
            let items @ [a, b, c, d] = ring(&seed).await;
            let barrier = Arc::new(Barrier::new(2));
            let one = tokio::spawn(unlocked_parent(seed.clone(), b, c, Arc::clone(&barrier)));
            let two = tokio::spawn(unlocked_parent(seed.clone(), d, a, barrier));
            one.await.expect("the call ends");
            two.await.expect("the call ends");
            closed += usize::from(parents(&seed, items).await == [Some(c), Some(a)]);
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
