//! Checkpoints that are written at once.

use std::sync::Arc;

use callboard_service::Ref;
use callboard_service::checkpoint::AddCheckpoint;
use callboard_service::entity::{CheckpointActorType, checkpoints};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, race};

async fn numbers(seed: &Seed, item: Uuid) -> Vec<i64> {
    let of = checkpoints::Entity::find().filter(checkpoints::Column::WorkItemId.eq(item));
    let rows = of.order_by_asc(checkpoints::Column::Seq).all(&seed.raw).await.expect("read the checkpoints");
    rows.into_iter().map(|row| row.seq).collect()
}

both! {
    async fn two_at_once_leave_no_gap_and_no_double(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let agent = seed.agent("coder").await;
        let held = seed.work(&agent).await;
        let note = |text: &str| AddCheckpoint {
            assignment: Some(held.assignment),
            ..AddCheckpoint::of(Ref::Id(held.item.id), text)
        };
        let (mut overlaps, mut first) = (0, 0);
        for round in 0..ROUNDS {
            let (a, b, overlap) = race(&boards, [seed.me; 2], note("a"), note("b")).await;
            let (a, b) = (a.expect("write").checkpoint.seq, b.expect("write").checkpoint.seq);
            overlaps += usize::from(overlap);
            first += usize::from(a < b);
            let expected = 2 * i64::try_from(round).expect("few rounds");
            assert_eq!([a.min(b), a.max(b)], [expected + 1, expected + 2], "round {round}");
        }
        assert_raced(overlaps, first);
        // The newest 20 are kept.
        let last = 2 * i64::try_from(ROUNDS).expect("few rounds");
        assert_eq!(numbers(&seed, held.item.id).await, (last - 19..=last).collect::<Vec<i64>>());
    }

    /// The control: the last number is read first and the row written then, without the lock of the item.
    async fn without_the_lock_one_of_the_two_is_refused(t: TestDb) {
        let seed = t.seed().await;
        let item = seed.item().await.id;
        let mut doubles = 0;
        for _ in 0..CONTROL_ROUNDS {
            let barrier = Arc::new(Barrier::new(2));
            let write = || tokio::spawn(unlocked(seed.clone(), item, Arc::clone(&barrier)));
            let (a, b) = (write(), write());
            let (a, b) = (a.await.expect("the call ends"), b.await.expect("the call ends"));
            doubles += usize::from(a != b);
        }
        assert!(doubles > 0, "the race was never hit: the test above would prove nothing");
        seed.reindex().await;
    }
}

/// What a checkpoint would be without the lock; gives whether it was written.
async fn unlocked(seed: Seed, item: Uuid, barrier: Arc<Barrier>) -> bool {
    let last = numbers(&seed, item).await.last().copied().unwrap_or(0);
    meet(&barrier).await;
    let row = checkpoints::Model {
        id: Uuid::now_v7(),
        work_item_id: item,
        assignment_id: None,
        session_id: None,
        seq: last + 1,
        note: "x".to_owned(),
        data: None,
        actor_type: CheckpointActorType::System,
        actor_id: None,
        created_at: seed.board.now(),
    };
    let insert = checkpoints::Entity::insert(row.into_active_model().reset_all());
    insert.exec_without_returning(&seed.raw).await.is_ok()
}
