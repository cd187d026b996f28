//! Batches that are completed at once, and meet in their items or in what waits for them.

use std::sync::Arc;

use callboard_service::assignment::{Claim, Complete, CompleteMany, CompletedMany};
use callboard_service::entity::{WorkItemStatus as Status, agent_profiles, work_items};
use callboard_service::item::{ItemRef, NewItem};
use callboard_service::{Actor, Ref};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, assert_raced_in, boards, meet, race, write_unguarded};

/// Two items in each batch of two, and one that waits for all four.
const SIZE: usize = 4;

/// The assignments of four new items that the agent holds, and the item that waits for them.
async fn held(seed: &Seed, agent: &agent_profiles::Model) -> (Vec<Uuid>, Uuid) {
    let mut items: Vec<NewItem> = (0..SIZE).map(|n| NewItem::titled(format!("n{n}"))).collect();
    items.push(NewItem { prerequisites: (0..SIZE).map(ItemRef::Index).collect(), ..NewItem::titled("waits") });
    let waits = seed.add_all(items).await.pop().expect("the last one").id;
    let claim = Claim { count: SIZE as u32, ..Claim::one(Ref::Id(agent.id)) };
    let claimed = seed.by(agent, &claim).await.expect("claim").claimed;
    (claimed.into_iter().map(|c| c.assignment).collect(), waits)
}

fn many(assignments: impl IntoIterator<Item = Uuid>) -> CompleteMany {
    let one = |assignment| Complete { assignment, ..Complete::default() };
    CompleteMany { assignments: assignments.into_iter().map(one).collect() }
}

fn freed(done: &CompletedMany) -> usize {
    done.answers.iter().filter_map(|answer| answer.completed.as_ref()).map(|completed| completed.unblocked.len()).sum()
}

/// What waited is done too, so that it is in nobody's way in the next round.
async fn clear(seed: &Seed, agent: &agent_profiles::Model, waits: Uuid, round: usize) {
    let row = seed.row(waits).await;
    assert_eq!((row.unmet_prerequisites, row.status), (0, Status::Todo), "round {round}");
    let held = seed.claim(agent).await;
    assert_eq!(held.item.id, waits, "round {round}");
    seed.by(agent, &many([held.assignment])).await.expect("complete");
}

both! {
    /// In opposite orders: without one order of locks they would wait for each other.
    async fn of_two_batches_of_the_same_each_item_is_completed_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut first) = (0, 0);
        for round in 0..CONTROL_ROUNDS {
            let (ids, waits) = held(&seed, &agent).await;
            let (forth, back) = (many(ids.clone()), many(ids.iter().rev().copied()));
            let (a, b, overlap) = race(&boards, [Actor::agent(agent.id); 2], forth, back).await;
            let (a, b) = (a.expect("it has answers"), b.expect("it has answers"));
            overlaps += usize::from(overlap);
            first += usize::from(a.completed == SIZE as u64);
            assert_eq!((a.completed + b.completed, a.already + b.already), (SIZE as u64, SIZE as u64), "round {round}");
            assert_eq!(freed(&a) + freed(&b), 1, "round {round}");
            clear(&seed, &agent, waits, round).await;
        }
        assert_raced_in(CONTROL_ROUNDS, overlaps, first);
    }

    async fn what_waits_for_two_batches_is_set_free_once(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut first) = (0, 0);
        for round in 0..CONTROL_ROUNDS {
            let (ids, waits) = held(&seed, &agent).await;
            let halves = [many([ids[0], ids[3]]), many([ids[2], ids[1]])];
            let [forth, back] = halves;
            let (a, b, overlap) = race(&boards, [Actor::agent(agent.id); 2], forth, back).await;
            let (a, b) = (a.expect("it has answers"), b.expect("it has answers"));
            assert_eq!((a.completed, b.completed), (2, 2), "round {round}");
            overlaps += usize::from(overlap);
            first += usize::from(freed(&b) == 1);
            assert_eq!(freed(&a) + freed(&b), 1, "round {round}");
            clear(&seed, &agent, waits, round).await;
        }
        assert_raced_in(CONTROL_ROUNDS, overlaps, first);
    }

    /// The control: each half reads the counter, and then writes what it makes of it, without the lock on the item.
    async fn without_the_lock_the_counter_is_wrong(t: TestDb) {
        let seed = t.seed().await;
        let mut wrong = 0;
        for _ in 0..CONTROL_ROUNDS {
            let waits = seed.item().await.id;
            seed.sql("UPDATE work_items SET unmet_prerequisites = 4 WHERE status = 'todo'").await;
            let barrier = Arc::new(Barrier::new(2));
            let halves = [0, 1].map(|_| tokio::spawn(unlocked(seed.clone(), waits, Arc::clone(&barrier))));
            for half in halves {
                half.await.expect("the call ends");
            }
            wrong += usize::from(seed.row(waits).await.unmet_prerequisites != 0);
            // What the control broke is put right, for the checks after the test.
            seed.sql("DELETE FROM work_item_events WHERE revision > 0").await;
            seed.sql("UPDATE work_items SET unmet_prerequisites = 0, revision = 0").await;
        }
        assert!(wrong > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// What satisfying two prerequisites would be without its lock: a look at the counter, then the write.
async fn unlocked(seed: Seed, waits: Uuid, barrier: Arc<Barrier>) {
    let left = seed.row(waits).await.unmet_prerequisites - 2;
    meet(&barrier).await;
    let change = work_items::ActiveModel { unmet_prerequisites: Set(left), ..Default::default() };
    write_unguarded(&seed, waits, change, json!({ "unmet_prerequisites": left })).await;
}
