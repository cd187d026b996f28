//! The lane and the board's other connection take turns in the order in which they ask.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use callboard_service::assignment::Heartbeat;
use callboard_service::item::CommentOnItem;
use callboard_service::{Actor, Callboard, OpenOptions, Ref};
use support::{Seed, TestDb, on_sqlite};
use uuid::Uuid;

use super::{counts, normal, stocked};

const CALLERS: usize = 16;
const WRITES: usize = 40;
/// What may come before a turn: who has it, who waits in front, and what is committed between asking and looking.
const BEFORE: u64 = 4;

on_sqlite! {
    why: "PostgreSQL has no write lane that others could starve beside";
    async fn others_write_beside_a_busy_lane(t: TestDb) {
        let (seed, agent) = stocked(&t, 1).await;
        let held = seed.claim(&agent).await.assignment;
        for options in [OpenOptions::default(), normal()] {
            let most = beside_a_busy_lane(&t, &seed, held, options, true).await;
            assert!(most <= BEFORE, "{most} groups came before a turn");
        }
    }

    /// The control: a board of its own has no turn on this one, only SQLite's busy handler, which sleeps and looks again.
    why: "PostgreSQL has no write lane that others could starve beside";
    async fn without_the_turn_many_come_before(t: TestDb) {
        let (seed, agent) = stocked(&t, 1).await;
        let held = seed.claim(&agent).await.assignment;
        let most = beside_a_busy_lane(&t, &seed, held, normal(), false).await;
        assert!(most > BEFORE, "only {most} groups came before: the test above would prove nothing");
    }

    why: "PostgreSQL has no write lane that others could starve";
    async fn the_lane_goes_on_beside_busy_others(t: TestDb) {
        let (seed, agent) = stocked(&t, 4).await;
        let held = seed.claim(&agent).await;
        for options in [OpenOptions::default(), normal()] {
            let board = t.board_with(options).await;
            let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
            let writers: Vec<_> = (0..4).map(|_| {
                let (board, stop, written, me) = (board.clone(), Arc::clone(&stop), Arc::clone(&written), seed.me);
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        board.transaction(me, |_| Box::pin(async { Ok(()) })).await.expect("an empty transaction");
                        written.fetch_add(1, Ordering::Relaxed);
                    }
                })
            }).collect();
            let beat = Heartbeat { assignment: held.assignment, lease_seconds: Some(600) };
            let (mut most, first) = (0, written.load(Ordering::Relaxed));
            for _ in 0..WRITES {
                let before = written.load(Ordering::Relaxed);
                board.run(Actor::agent(agent.id), &beat).await.expect("a heartbeat");
                most = most.max(written.load(Ordering::Relaxed) - before);
            }
            stop.store(true, Ordering::Relaxed);
            for writer in writers {
                writer.await.expect("it ends");
            }
            assert!(written.load(Ordering::Relaxed) > first + 10, "nobody else wrote");
            // Four writers may be in front, each once, and each once more before this task looks.
            assert!(most <= 4 * BEFORE, "{most} transactions came before a turn");
        }
    }
}

/// The most groups of a busy lane that were committed while somebody else waited to write.
async fn beside_a_busy_lane(t: &TestDb, seed: &Seed, held: Uuid, options: OpenOptions, same: bool) -> u64 {
    let board = t.board_with(options.clone()).await;
    let other = if same { board.clone() } else { t.board_with(options).await };
    let stop = Arc::new(AtomicBool::new(false));
    let item = seed.item().await.id;
    let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(beat(board.clone(), held, Arc::clone(&stop)))).collect();
    while counts(&board).groups < 20 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let mut most = 0;
    for n in 0..WRITES {
        let before = counts(&board).groups;
        let comment = CommentOnItem { item: Ref::Id(item), text: format!("comment {n}") };
        other.run(seed.me, &comment).await.expect("a comment");
        most = most.max(counts(&board).groups - before);
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.expect("it ends");
    }
    most
}

async fn beat(board: Callboard, assignment: Uuid, stop: Arc<AtomicBool>) {
    let beat = Heartbeat { assignment, lease_seconds: Some(600) };
    while !stop.load(Ordering::Relaxed) {
        board.run(Actor::SYSTEM, &beat).await.expect("a heartbeat");
    }
}
