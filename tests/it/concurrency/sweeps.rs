//! Sweeps at once take every lease back once, and leave none out.

use std::sync::Arc;

use callboard_service::Ref;
use callboard_service::assignment::{Cancel, Claim, Expire};
use callboard_service::entity::{TaskAssignmentStatus, task_assignments};
use callboard_service::item::NewItem;
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter};
use support::{Seed, TestDb, both};
use tokio::sync::Barrier;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, assert_raced_in, boards, meet, race};

const ROUNDS: usize = 50;
/// How many leases run out in a round.
const DUE: usize = 4;

both! {
    async fn two_sweeps_at_once_take_each_lease_back_once(t: TestDb) {
        let seed = t.seed().await;
        let boards = boards(&t).await;
        let agent = seed.agent("coder").await;
        seed.add_all((0..ROUNDS * DUE).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let count = u32::try_from(ROUNDS * DUE).expect("few items");
        let held = seed.must(&Claim { count, ..Claim::one(Ref::Id(agent.id)) }).await.claimed;
        let (mut overlaps, mut one_first) = (0, 0);
        for (round, due) in held.chunks(DUE).enumerate() {
            for claimed in due {
                seed.lapse(claimed.assignment).await;
            }
            let sweep = || Expire { project: None, limit: 20 };
            let (one, two, overlap) = race(&boards, [seed.me; 2], sweep(), sweep()).await;
            overlaps += usize::from(overlap);
            let (one, two) = (one.expect("expire").expired, two.expect("expire").expired);
            one_first += usize::from(!one.is_empty());
            let mut taken: Vec<String> = one.into_iter().chain(two).collect();
            let mut expected: Vec<String> = due.iter().map(|claimed| claimed.item.key.clone()).collect();
            taken.sort();
            expected.sort();
            assert_eq!(taken, expected, "round {round}: each once, none left out");
            for claimed in due {
                assert_eq!(seed.assignment(claimed.assignment).await.status, TaskAssignmentStatus::Expired);
                let kinds = seed.kinds(claimed.item.id).await;
                assert_eq!(kinds.iter().filter(|kind| *kind == "expired").count(), 1, "round {round}: {kinds:?}");
            }
        }
        assert_raced_in(ROUNDS, overlaps, one_first);
    }

    /// The control: what ran out is asked first, and taken back then, without a lock and without asking again.
    async fn without_the_lock_a_lease_is_taken_back_twice(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.item().await;
        let mut twice = 0;
        for _ in 0..CONTROL_ROUNDS {
            let assignment = seed.claim(&agent).await.assignment;
            seed.lapse(assignment).await;
            let barrier = Arc::new(Barrier::new(2));
            let calls = [0, 1].map(|_| tokio::spawn(unlocked(seed.clone(), Arc::clone(&barrier))));
            let [one, two] = calls;
            let taken = [one.await.expect("the call ends"), two.await.expect("the call ends")];
            twice += usize::from(taken == [vec![assignment], vec![assignment]]);
            // The item goes back to the queue as the product does it.
            put(&seed, assignment, TaskAssignmentStatus::Started).await;
            seed.must(&Cancel { assignment, reason: "next round".to_owned() }).await;
        }
        assert!(twice > 0, "the race was never hit: the test above would prove nothing");
    }
}

async fn put(seed: &Seed, assignment: Uuid, status: TaskAssignmentStatus) {
    let row = task_assignments::ActiveModel { id: Set(assignment), status: Set(status), ..Default::default() };
    row.update(&seed.raw).await.expect("write the assignment");
}

/// What a sweep would be without its locks: a look, then the writes; the assignments that it took back.
async fn unlocked(seed: Seed, barrier: Arc<Barrier>) -> Vec<Uuid> {
    let due = task_assignments::Entity::find()
        .filter(task_assignments::Column::Status.is_in(["assigned", "started", "paused"]))
        .filter(task_assignments::Column::LeaseExpiresAt.lte(seed.board.now()))
        .all(&seed.raw)
        .await
        .expect("look for what ran out");
    meet(&barrier).await;
    for row in &due {
        put(&seed, row.id, TaskAssignmentStatus::Expired).await;
    }
    due.into_iter().map(|row| row.id).collect()
}
