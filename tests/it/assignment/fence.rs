//! The fence: whoever lost an item writes nothing more about it.

use callboard_service::assignment::{Claim, Complete, Fail, Heartbeat};
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus, agent_profiles};
use callboard_service::item::NewItem;
use callboard_service::{Error, ErrorKind, Ref};
use support::{Seed, TestDb, both};
use uuid::Uuid;

/// How often each stale write is tried.
pub const ROUNDS: usize = 200;

both! {
    async fn a_lease_that_ran_out_is_refused_though_nobody_took_the_item(t: TestDb) {
        let (seed, slow, held) = held(&t).await;
        seed.lapse_all().await;
        all_refused(&seed, &slow, &held, "ran out").await;
    }

    async fn after_expiry_the_old_holder_is_refused(t: TestDb) {
        let (seed, slow, held) = held(&t).await;
        seed.lapse_all().await;
        assert_eq!(seed.expire().await.expired.len(), ROUNDS);
        all_refused(&seed, &slow, &held, "is expired").await;
    }

    async fn after_reclaim_the_old_holder_is_refused_and_the_new_one_undisturbed(t: TestDb) {
        let (seed, slow, held) = held(&t).await;
        seed.lapse_all().await;
        assert_eq!(seed.expire().await.expired.len(), ROUNDS);
        seed.end_backoffs().await;
        assert_eq!(seed.expire().await.released.len(), ROUNDS);
        let quick = seed.agent("quick").await;
        let taken = claim_all(&seed, &quick).await;
        all_refused(&seed, &slow, &held, "is expired").await;
        for assignment in taken {
            let done = seed.by(&quick, &Complete { assignment, ..Complete::default() }).await.expect("complete");
            assert_eq!((done.item.status, done.item.attempt_count), (WorkItemStatus::Done, 2));
        }
    }

    /// The same agent's new assignment does not make its old one good again.
    async fn the_fence_is_the_assignment_and_not_the_agent(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        let old = seed.work(&agent).await;
        seed.lapse(old.assignment).await;
        seed.expire().await;
        seed.end_backoffs().await;
        let new = seed.claim(&agent).await;
        assert_eq!(new.item.id, old.item.id);
        for error in stale(&seed, &agent, old.assignment).await {
            assert_eq!(error.kind(), ErrorKind::LeaseLost, "{error}");
        }
        assert_eq!(seed.assignment(new.assignment).await.status, TaskAssignmentStatus::Started);
    }

    /// The control: a write that does not ask whose the item is now is seen by the comparison of rows.
    async fn without_the_fence_the_rows_change(t: TestDb) {
        let (seed, _, held) = held(&t).await;
        let item = seed.assignment(held[0]).await.work_item_id;
        seed.lapse_all().await;
        seed.expire().await;
        let before = seed.snapshot().await;
        let key = seed.row(item).await.key;
        seed.sql(&format!("UPDATE work_items SET status = 'done' WHERE key = '{key}'")).await;
        let found = before.differences(&seed.snapshot().await);
        assert!(found.len() == 1 && found[0].starts_with(&format!("work_items {key}\n")), "{found:?}");
        seed.sql(&format!("UPDATE work_items SET status = 'todo' WHERE key = '{key}'")).await;
    }
}

/// Two hundred items in the hands of one agent.
pub async fn held(t: &TestDb) -> (Seed, agent_profiles::Model, Vec<Uuid>) {
    let seed = t.seed().await;
    let slow = seed.agent("slow").await;
    seed.add_all((0..ROUNDS).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
    let held = claim_all(&seed, &slow).await;
    (seed, slow, held)
}

pub async fn claim_all(seed: &Seed, agent: &agent_profiles::Model) -> Vec<Uuid> {
    let claim = Claim { count: 500, ..Claim::one(Ref::Id(agent.id)) };
    let claimed = seed.by(agent, &claim).await.expect("claim").claimed;
    assert_eq!(claimed.len(), ROUNDS);
    claimed.into_iter().map(|c| c.assignment).collect()
}

/// A stale complete, fail and heartbeat: each must be refused.
async fn stale(seed: &Seed, agent: &agent_profiles::Model, assignment: Uuid) -> [Error; 3] {
    let notes = Some("too late".to_owned());
    let complete = seed.by(agent, &Complete { assignment, notes, ..Complete::default() }).await;
    let fail = Fail { assignment, reason: "too late".to_owned(), permanent: true };
    let heartbeat = Heartbeat { assignment, lease_seconds: Some(3600) };
    [
        complete.expect_err("a stale complete"),
        seed.by(agent, &fail).await.expect_err("a stale fail"),
        seed.by(agent, &heartbeat).await.expect_err("a stale heartbeat"),
    ]
}

async fn all_refused(seed: &Seed, agent: &agent_profiles::Model, held: &[Uuid], why: &str) {
    let before = seed.snapshot().await;
    let mut refused = [0; 3];
    for (round, id) in held.iter().enumerate() {
        let item = seed.assignment(*id).await.work_item_id;
        let rows = (seed.row(item).await, seed.assignment(*id).await);
        let errors = stale(seed, agent, *id).await;
        for ((error, what), refused) in errors.iter().zip(["complete", "fail", "heartbeat"]).zip(&mut refused) {
            let Error::LeaseLost { assignment, why: told } = error else { panic!("round {round}, {what}: {error}") };
            assert_eq!(assignment, id);
            assert!(told.contains(why) && told.contains(&format!("so {what} is not possible")), "{told}");
            assert!(told.contains(&rows.0.key), "{told}");
            *refused += 1;
        }
        assert_eq!((seed.row(item).await, seed.assignment(*id).await), rows, "round {round}");
    }
    assert_eq!(refused, [ROUNDS; 3]);
    seed.assert_unchanged(&before, "a stale write").await;
}
