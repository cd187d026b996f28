//! Very many callers, most of whom lose patience, among verbs that fail in every way.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use callboard_service::assignment::Heartbeat;
use callboard_service::entity::agent_profiles;
use callboard_service::{Actor, Callboard, Error, OpenOptions};
use sea_orm::ConnectionTrait;
use support::{TestDb, on_sqlite};
use uuid::Uuid;

use super::{Here, assert_consistent, assignments, claim, counts, fails, normal, stocked};

const TASKS: usize = 48;
const ROUNDS: usize = 12;

on_sqlite! {
    why: "PostgreSQL has no write lane, whose verbs go on without their callers";
    async fn nothing_is_half_done_when_callers_commit_themselves(t: TestDb) {
        storm(&t, normal()).await;
    }

    why: "PostgreSQL has no write lane, whose verbs go on without their callers";
    async fn nothing_is_half_done_on_the_lanes_thread(t: TestDb) {
        storm(&t, OpenOptions::default()).await;
    }
}

/// What one task saw.
#[derive(Default)]
struct Seen {
    claimed: HashSet<Uuid>,
    dropped: usize,
    refused: usize,
    panicked: usize,
}

/// How long callers wait, in nanoseconds: found while they do so, that some half of them are dropped on any machine.
#[derive(Clone)]
struct Patience(Arc<AtomicU64>);

impl Default for Patience {
    fn default() -> Self {
        Self(Arc::new(AtomicU64::new(10_000_000)))
    }
}

impl Patience {
    fn some(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed)).mul_f64(2.0 * fastrand::f64())
    }

    /// Two tasks at once may tell of one: it is a guess anyway.
    fn tell(&self, heard: bool) {
        let now = self.0.load(Ordering::Relaxed);
        self.0.store(if heard { now * 4 / 5 } else { now * 5 / 4 }, Ordering::Relaxed);
    }
}

async fn storm(t: &TestDb, options: OpenOptions) {
    let (seed, agent) = stocked(t, TASKS * ROUNDS).await;
    seed.sql("CREATE TABLE app_counts (n integer PRIMARY KEY)").await;
    seed.sql("INSERT INTO app_counts VALUES (1)").await;
    let board = t.board_with(options).await;
    let patience = Patience::default();
    let tasks: Vec<_> =
        (0..TASKS).map(|n| tokio::spawn(work(board.clone(), agent.clone(), n, patience.clone()))).collect();
    let mut seen = Seen::default();
    for task in tasks {
        let one = task.await.expect("the task ends");
        seen.dropped += one.dropped;
        seen.refused += one.refused;
        seen.panicked += one.panicked;
        for id in one.claimed {
            assert!(seen.claimed.insert(id), "{id} was given to two");
        }
    }
    let heard = seen.claimed.len();
    let bad = TASKS * ROUNDS / 5;
    assert!(seen.dropped > 10 && heard > 10, "{} were dropped, {heard} heard: no storm", seen.dropped);
    assert!(seen.refused >= bad && seen.panicked > 0, "{} refused, {} panicked", seen.refused, seen.panicked);
    // The queue is empty when a call that comes last has been answered.
    let last = board.run(Actor::agent(agent.id), &claim(&agent)).await.expect("claim");
    seen.claimed.extend(last.claimed.into_iter().map(|c| c.assignment));
    assert_eq!(counts(&board).waiting, 0, "something was left behind");
    let all = assignments(&seed).await;
    let items: HashSet<Uuid> = all.iter().map(|a| a.work_item_id).collect();
    assert_eq!(items.len(), all.len(), "an item was claimed twice");
    let there: HashSet<Uuid> = all.iter().map(|a| a.id).collect();
    assert!(seen.claimed.is_subset(&there), "what was answered is there");
    let counts = counts(&board);
    // The last one was heard too.
    assert!(counts.skipped + (all.len() - seen.claimed.len()) as u64 > 0, "no drop hit the lane: {counts:?}");
    assert_consistent(&seed).await;
}

async fn work(board: Callboard, agent: agent_profiles::Model, number: usize, patience: Patience) -> Seen {
    let mut seen = Seen::default();
    let me = Actor::agent(agent.id);
    for round in 0..ROUNDS {
        match (number + round) % 5 {
            // A unique value that is taken, after a write of its own.
            0 => {
                let twice = Here::new(|tx| {
                    Box::pin(async move {
                        tx.connection().execute_unprepared("UPDATE app_counts SET n = n + 1").await?;
                        tx.connection().execute_unprepared("UPDATE app_counts SET n = n - 1").await?;
                        tx.connection().execute_unprepared("INSERT INTO app_counts VALUES (1)").await?;
                        Ok(())
                    })
                });
                board.run(me, &twice).await.expect_err("it is taken");
                seen.refused += 1;
            }
            1 if round % 2 == 0 => {
                let beat = Heartbeat { assignment: Uuid::nil(), lease_seconds: None };
                let error = board.run(me, &beat).await.expect_err("there is none");
                assert!(matches!(error, Error::NotFound { .. }), "{error}");
                seen.refused += 1;
            }
            1 => {
                let panics = Here::new(|tx| {
                    Box::pin(async move {
                        tx.connection().execute_unprepared("UPDATE app_counts SET n = n + 1").await?;
                        fails()
                    })
                });
                let board = board.clone();
                let call = tokio::spawn(async move { board.run(me, &panics).await });
                assert!(call.await.expect_err("it panicked").is_panic());
                seen.panicked += 1;
            }
            // Keeps the turn while it waits, so that callers queue up.
            2 => {
                let waits = board.transaction(me, |_| {
                    Box::pin(async {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                        Ok(())
                    })
                });
                waits.await.expect("nothing is written");
            }
            _ => {
                let call = tokio::time::timeout(patience.some(), board.run(me, &claim(&agent))).await;
                patience.tell(call.is_ok());
                match call {
                    Ok(outcome) => {
                        seen.claimed.extend(outcome.expect("claim").claimed.into_iter().map(|c| c.assignment))
                    }
                    Err(_) => seen.dropped += 1,
                }
            }
        }
    }
    seen
}
