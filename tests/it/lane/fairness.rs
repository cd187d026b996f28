//! The lane and the board's other connection take turns in the order in which they ask.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::task::Poll;
use std::time::Duration;

use callboard_service::assignment::Heartbeat;
use callboard_service::{Actor, Callboard, OpenOptions};
use support::{Seed, TestDb, on_sqlite};
use uuid::Uuid;

use super::{claim, counts, normal, stocked};

const CALLERS: usize = 16;
const WRITES: usize = 40;
/// Groups that may come before a turn: the one that has it, and one that asked before.
const BEFORE: u64 = 2;

on_sqlite! {
    why: "PostgreSQL has no write lane that others could starve beside";
    async fn others_write_beside_a_busy_lane(t: TestDb) {
        let (seed, agent) = stocked(&t, 1).await;
        let held = seed.claim(&agent).await.assignment;
        // The control: a board of its own has no turn on this one, only SQLite's busy handler, which sleeps and looks again.
        // How often it must write until it is seen to wait for longer is the scheduler's to say; so often the others write.
        let (lane, other) = (t.board_with(normal()).await, t.board_with(normal()).await);
        let (most, writes) = beside_a_busy_lane(&seed, held, &lane, &other, 200 * WRITES, BEFORE).await;
        assert!(most > BEFORE, "only {most} groups came before, of {writes}: what follows would prove nothing");
        for options in [OpenOptions::default(), normal()] {
            let board = t.board_with(options).await;
            let (most, _) = beside_a_busy_lane(&seed, held, &board, &board, writes.max(WRITES), u64::MAX).await;
            assert!(most <= BEFORE, "{most} groups came before a turn");
        }
    }

    why: "PostgreSQL has no write lane that others could starve";
    async fn the_lane_goes_on_beside_busy_others(t: TestDb) {
        let (seed, agent) = stocked(&t, 2 * WRITES).await;
        for options in [OpenOptions::default(), normal()] {
            let board = t.board_with(options).await;
            let (stop, written) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
            let writers: Vec<_> = (0..4).map(|_| {
                let (board, stop, written, me) = (board.clone(), Arc::clone(&stop), Arc::clone(&written), seed.me);
                tokio::spawn(async move {
                    while !stop.load(Ordering::Relaxed) {
                        let count = board.transaction(me, |_| {
                            written.fetch_add(1, Ordering::Relaxed);
                            Box::pin(async { Ok(()) })
                        });
                        count.await.expect("an empty transaction");
                    }
                })
            }).collect();
            let first = written.load(Ordering::Relaxed);
            for _ in 0..WRITES {
                // Within the busy timeout, or it would be told so: how many come before is the scheduler's to say.
                board.run(Actor::agent(agent.id), &claim(&agent)).await.expect("its turn comes");
            }
            stop.store(true, Ordering::Relaxed);
            for writer in writers {
                writer.await.expect("it ends");
            }
            assert!(written.load(Ordering::Relaxed) > first + 10, "nobody else wrote");
        }
    }
}

/// The most groups of a busy lane that were committed while somebody else waited to write, and after how many writes: at
/// most so many, or until it was more than enough.
async fn beside_a_busy_lane(
    seed: &Seed,
    held: Uuid,
    board: &Callboard,
    other: &Callboard,
    writes: usize,
    enough: u64,
) -> (u64, usize) {
    let stop = Arc::new(AtomicBool::new(false));
    let callers: Vec<_> = (0..CALLERS).map(|_| tokio::spawn(beat(board.clone(), held, Arc::clone(&stop)))).collect();
    while counts(board).groups < 20 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let (mut most, mut written) = (0, 0);
    while written < writes && most <= enough {
        let seen = AtomicU64::new(0);
        let mut look = pin!(other.transaction(seed.me, |_| {
            // With the turn: nothing is committed meanwhile.
            seen.store(counts(board).groups, Ordering::Relaxed);
            Box::pin(async { Ok(()) })
        }));
        // What is committed while this thread has no CPU, before it has asked, is nobody's fault.
        let asked = poll_fn(|context| Poll::Ready(look.as_mut().poll(context))).await;
        let before = counts(board).groups;
        match asked {
            Poll::Ready(ended) => ended,
            Poll::Pending => look.await,
        }
        .expect("its turn comes");
        most = most.max(seen.load(Ordering::Relaxed).saturating_sub(before));
        written += 1;
    }
    stop.store(true, Ordering::Relaxed);
    for caller in callers {
        caller.await.expect("it ends");
    }
    (most, written)
}

async fn beat(board: Callboard, assignment: Uuid, stop: Arc<AtomicBool>) {
    let beat = Heartbeat { assignment, lease_seconds: Some(600) };
    while !stop.load(Ordering::Relaxed) {
        board.run(Actor::SYSTEM, &beat).await.expect("a heartbeat");
    }
}
