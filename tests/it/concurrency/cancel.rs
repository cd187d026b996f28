//! An item that is cancelled while an agent claims it.

use std::sync::Arc;

use callboard_service::assignment::Claim;
use callboard_service::entity::{TaskAssignmentStatus, WorkItemDelegationStatus, WorkItemStatus as Status, work_items};
use callboard_service::item::CancelItem;
use callboard_service::{Actor, Ref};
use sea_orm::ActiveValue::Set;
use serde_json::json;
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, ROUNDS, assert_raced, boards, meet, open, race, timed, write_unguarded};

both! {
    /// Whoever wins, the item is cancelled afterwards and nobody holds it.
    async fn a_cancelled_item_is_held_by_nobody(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let boards = boards(&t).await;
        let (mut overlaps, mut claim_first) = (0, 0);
        for round in 0..ROUNDS {
            let item = seed.item().await.id;
            let (cancel, claim) = (CancelItem::new(item), Claim::one(Ref::Id(agent.id)));
            let (cancelled, claimed, overlap) = race(&boards, [seed.me, Actor::agent(agent.id)], cancel, claim).await;
            cancelled.expect("cancel");
            let claimed = claimed.expect("an answer").claimed;
            overlaps += usize::from(overlap);
            claim_first += claimed.len();
            if let Some(claimed) = claimed.first() {
                let assignment = seed.assignment(claimed.assignment).await;
                assert_eq!((claimed.item.id, assignment.status), (item, TaskAssignmentStatus::Cancelled), "round {round}");
            }
            let row = seed.row(item).await;
            assert_eq!((row.status, row.assignee_id, open(&seed, item).await), (Status::Cancelled, None, 0), "round {round}");
        }
        assert_raced(overlaps, claim_first);
    }

    /// The control: who holds the item is asked first, and it is cancelled then, without its lock.
    async fn without_the_lock_a_cancelled_item_is_held(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let board = boards(&t).await[0].clone();
        let mut lost = 0;
        for _ in 0..CONTROL_ROUNDS {
            let item = seed.item().await.id;
            let barrier = Arc::new(Barrier::new(2));
            let cancelling = tokio::spawn(unlocked_cancel(seed.clone(), item, Arc::clone(&barrier)));
            let claim = Claim::one(Ref::Id(agent.id));
            timed(board.clone(), Actor::agent(agent.id), claim, barrier).await.0.expect("an answer");
            cancelling.await.expect("the call ends");
            lost += usize::from(seed.row(item).await.status == Status::Cancelled && open(&seed, item).await > 0);
        }
        assert!(lost > 0, "the race was never hit: the test above would prove nothing");
    }
}

/// What cancelling would be without its lock: a look, a decision, the write.
async fn unlocked_cancel(seed: Seed, item: Uuid, barrier: Arc<Barrier>) {
    let held = open(&seed, item).await > 0;
    meet(&barrier).await;
    if held {
        return;
    }
    let change = work_items::ActiveModel {
        status: Set(Status::Cancelled),
        delegation_status: Set(WorkItemDelegationStatus::Cancelled),
        ..Default::default()
    };
    write_unguarded(&seed, item, change, json!({"status": "cancelled", "delegation_status": "cancelled"})).await;
}
