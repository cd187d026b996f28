//! Calls that nobody waits for any more: a future that is dropped half way leaves nothing half done.

use std::time::{Duration, Instant};

use callboard_service::assignment::{Cancel, Claim, Complete, CompleteAndClaim, Fail, Reassign};
use callboard_service::entity::{WorkItemDelegationStatus, WorkItemStatus, task_assignments, work_items};
use callboard_service::item::{NewItem, ReplayLedger};
use callboard_service::{OpenOptions, Ref, Synchronous, WriteLane};
use sea_orm::{ColumnTrait, ConnectionTrait, DbBackend, EntityTrait, IsolationLevel, QueryFilter, TransactionTrait};
use support::work::holder;
use support::{Seed, TestDb, both, on_sqlite, within};
use uuid::Uuid;

const DROPS: u32 = 200;
/// Of the calls that are repeated, so many dropped and so many heard.
const ENOUGH: u32 = 20;
const ROUNDS: u32 = 400;
const OPEN: [&str; 3] = ["assigned", "started", "paused"];

both! {
    /// As it comes: with NORMAL, SQLite's claims end on the caller's thread before anything could drop them.
    async fn a_dropped_call_leaves_nothing_half_done(t: TestDb) {
        drop_calls(&t, OpenOptions::default()).await;
    }

    /// Whoever does not know whether its call was heard repeats it with the same key.
    async fn a_dropped_call_is_repeated_by_its_key(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await;
        seed.add_all((0..=ROUNDS).map(|n| NewItem::titled(format!("n{n}"))).collect()).await;
        let board = t.board().await;
        let claim = Claim::one(Ref::Id(agent.id));
        // The first call prepares its statements, and takes far longer than any later one.
        let first = board.run_once(seed.me, "warm", &claim).await.expect("claim");
        let begun = Instant::now();
        assert_eq!(board.run_once(seed.me, "warm", &claim).await.expect("claim"), first);
        let mut usual = begun.elapsed();
        let (mut dropped, mut heard) = (0, 0);
        for round in 0.. {
            if dropped >= ENOUGH && heard >= ENOUGH {
                break;
            }
            assert!(round < ROUNDS, "only {dropped} were dropped, {heard} ended");
            let key = format!("k{round}");
            let patience = usual.mul_f64(fastrand::f64() * 1.5);
            let before = open(&seed).await.len();
            let first = within(patience, board.run_once(seed.me, &key, &claim)).await;
            let again = board.run_once(seed.me, &key, &claim).await.expect("the repeat");
            assert_eq!(open(&seed).await.len(), before + 1, "round {round}");
            match first {
                None => dropped += 1,
                Some(first) => {
                    heard += 1;
                    assert_eq!(first.expect("claim"), again, "round {round}");
                }
            }
            usual = fitting(usual, dropped, heard);
        }
        consistent(&seed).await;
    }
}

on_sqlite! {
    /// Between any two statements, which the lane does without a stop.
    why: "PostgreSQL has no write lane that could be switched off";
    async fn a_call_without_the_lane_leaves_nothing_half_done(t: TestDb) {
        let synchronous = Synchronous::Normal;
        drop_calls(&t, OpenOptions { lane: WriteLane::off(), synchronous, ..OpenOptions::default() }).await;
    }
}

async fn drop_calls(t: &TestDb, options: OpenOptions) {
    let seed = t.seed().await;
    let agents = [seed.agent("one").await, seed.agent("two").await];
    seed.add_all((0..100).map(|n| NewItem { max_attempts: 50, ..NewItem::titled(format!("n{n}")) }).collect()).await;
    let board = t.board_with(options).await;
    let claim = |count| Claim { count, ..Claim::one(Ref::Id(agents[0].id)) };
    // How long a call takes here, so that drops fall into all of it.
    let begun = Instant::now();
    for _ in 0..5 {
        board.run(seed.me, &claim(2)).await.expect("claim");
    }
    let mut usual = begun.elapsed() / 5;
    let (mut dropped, mut ended) = (0_u32, 0_u32);
    for round in 0.. {
        if dropped == DROPS {
            break;
        }
        assert!(round < 50 * DROPS, "only {dropped} of {round} calls could be dropped: they are too quick");
        let held = open(&seed).await.into_iter().next();
        let patience = usual.mul_f64(fastrand::f64() * 1.5);
        let (board, seed, other) = (&board, &seed, &agents[1]);
        let one = claim(1);
        let reason = || "dropped".to_owned();
        let call = async move {
            match (round % 5, held) {
                (1, Some(held)) => {
                    let complete = Complete { assignment: held.id, ..Complete::default() };
                    board.run(seed.me, &CompleteAndClaim { complete, claim: one }).await.map(|_| ())
                }
                (2, Some(held)) => {
                    let fail = Fail { assignment: held.id, reason: reason(), permanent: false };
                    board.run(seed.me, &fail).await.map(|_| ())
                }
                (3, Some(held)) => {
                    let cancel = Cancel { assignment: held.id, reason: reason() };
                    board.run(seed.me, &cancel).await.map(|_| ())
                }
                (4, Some(held)) => {
                    let (item, holder) = (Ref::Id(held.work_item_id), holder(other));
                    let reassign = Reassign { item, holder, reason: reason(), accept_seconds: None };
                    board.run(seed.me, &reassign).await.map(|_| ())
                }
                _ => board.run(seed.me, &claim(3)).await.map(|_| ()),
            }
        };
        match within(patience, call).await {
            Some(_) => ended += 1,
            None => dropped += 1,
        }
        usual = fitting(usual, dropped, ended);
        if round % 20 == 0 {
            seed.end_backoffs().await;
            consistent(seed).await;
        }
    }
    assert!(ended > 10, "only {ended} calls ended: the drops fell before anything was written");
    // The board still works, also at once.
    board.run(seed.me, &claim(1)).await.expect("no lock was left behind, which would keep it waiting in vain");
    consistent(&seed).await;
    // For the replay at the end of the test: the clock of the backoffs was moved, so they are let go.
    seed.end_backoffs().await;
    seed.expire().await;
}

/// What is usual changes with what else the machine does.
fn fitting(usual: Duration, dropped: u32, ended: u32) -> Duration {
    if ended * 4 < dropped {
        usual.mul_f64(1.1)
    } else if dropped * 4 < ended {
        usual.mul_f64(0.9)
    } else {
        usual
    }
}

async fn open(seed: &Seed) -> Vec<task_assignments::Model> {
    open_in(&seed.raw).await
}

async fn open_in(db: &impl ConnectionTrait) -> Vec<task_assignments::Model> {
    let open = task_assignments::Entity::find().filter(task_assignments::Column::Status.is_in(OPEN));
    open.all(db).await.expect("read the assignments")
}

/// An item is held by exactly one open assignment or by none, its row says so, and its ledger too.
async fn consistent(seed: &Seed) {
    let mut holders: std::collections::HashMap<Uuid, Vec<task_assignments::Model>> = Default::default();
    // One state: the server may still be at the last call that was dropped, and commit it between two reads.
    let level = (seed.raw.get_database_backend() == DbBackend::Postgres).then_some(IsolationLevel::RepeatableRead);
    let now = seed.raw.begin_with_config(level, None).await.expect("begin");
    for assignment in open_in(&now).await {
        holders.entry(assignment.work_item_id).or_default().push(assignment);
    }
    for item in work_items::Entity::find().all(&now).await.expect("read the items") {
        let held = holders.remove(&item.id).unwrap_or_default();
        use WorkItemDelegationStatus::{Assigned, Blocked, InProgress};
        let holds = matches!(item.delegation_status, Assigned | InProgress)
            || (item.delegation_status == Blocked && item.dead_at.is_none());
        assert_eq!(held.len(), usize::from(holds), "{}: {item:?} {held:?}", item.key);
        assert_eq!(item.status == WorkItemStatus::InProgress, held.iter().any(|a| a.started_at.is_some()), "{item:?}");
        if let Some(assignment) = held.first() {
            assert_eq!(item.assignee_id, assignment.agent_id, "{item:?}");
        }
    }
    assert!(holders.is_empty(), "{holders:?}");
    now.rollback().await.expect("end");
    let found = seed.board.read(&ReplayLedger).await.expect("replay");
    // Only the clock of backoffs was played with.
    let found: Vec<_> = found.into_iter().filter(|m| m.field != "available_at").collect();
    assert!(found.is_empty(), "{found:?}");
}
