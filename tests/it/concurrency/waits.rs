//! Work that comes between a look that finds nothing and the wait after it.

use std::time::Duration;

use callboard_service::assignment::Claim;
use callboard_service::item::{AddItems, NewItem};
use callboard_service::{Actor, Callboard, OpenOptions, Ref};
use support::{TestDb, both};
use tokio::time::Instant;
use uuid::Uuid;

use super::race::{CONTROL_ROUNDS, assert_raced_in};

/// Nobody looks by himself in the time that a test may take: whoever is woken was told.
const NEVER: Duration = Duration::from_secs(24 * 3600);

async fn patient(t: &TestDb) -> Callboard {
    t.board_with(OpenOptions { poll: NEVER, ..OpenOptions::default() }).await
}

fn add() -> AddItems {
    AddItems { project: None, items: vec![NewItem::titled("x")] }
}

async fn claim(board: &Callboard, agent: Uuid) -> Option<Uuid> {
    let outcome = board.run(Actor::agent(agent), &Claim::one(Ref::Id(agent))).await.expect("an answer");
    outcome.claimed.first().map(|claimed| claimed.item.id)
}

/// As good as none.
const SHORT: Duration = Duration::from_micros(10);

/// A timer would round it to a millisecond, in which a look is over many times.
async fn pass(time: Duration) {
    let begun = Instant::now();
    while begun.elapsed() < time {
        tokio::task::yield_now().await;
    }
}

both! {
    /// It is added now before the look, now after it: the waiter has it in any case.
    async fn nothing_is_lost_between_the_look_and_the_wait(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await.id;
        let [board, other] = [patient(&t).await, t.board().await];
        let (mut between, mut found_first) = (0, 0);
        // Follow the edge: what is added before the look's end is added later next time, and the other way round; where
        // adding takes longer than the look, it is the look that comes later.
        let (mut add_later, mut look_later) = (Duration::from_millis(1), SHORT);
        for round in 0..CONTROL_ROUNDS {
            let (adding, me) = (other.clone(), seed.me);
            let [delay, wait] = [add_later, look_later].map(|later| later.mul_f64(0.5 + fastrand::f64()));
            let added = tokio::spawn(async move {
                pass(delay).await;
                let adding_since = Instant::now();
                let item = adding.run(me, &add()).await.expect("add").remove(0).id;
                (item, adding_since)
            });
            pass(wait).await;
            let mut watch = board.watch().await;
            let first = claim(&board, agent).await;
            let looked = Instant::now();
            let mut got = first;
            while got.is_none() {
                watch.changed().await;
                got = claim(&board, agent).await;
            }
            let (item, adding_since) = added.await.expect("it ends");
            assert_eq!(got, Some(item), "round {round}");
            found_first += usize::from(first.is_some());
            let (up, down) = if first.is_some() { (&mut add_later, &mut look_later) } else { (&mut look_later, &mut add_later) };
            let moved = if *down > SHORT { (down, 0.8) } else { (up, 1.25) };
            *moved.0 = moved.0.mul_f64(moved.1).clamp(SHORT, Duration::from_millis(20));
            between += usize::from(first.is_none() && adding_since < looked);
        }
        assert!(between > 0, "it was never being added when a look ended: no race");
        assert_raced_in(CONTROL_ROUNDS, CONTROL_ROUNDS, found_first);
    }

    /// The control: whoever looks first, and looks out only then, sleeps on what came between.
    async fn without_looking_out_first_work_is_slept_on(t: TestDb) {
        let seed = t.seed().await;
        let agent = seed.agent("coder").await.id;
        let board = patient(&t).await;
        assert_eq!(claim(&board, agent).await, None);
        let item = seed.item().await.id;
        let mut watch = board.watch().await;
        let told = tokio::time::timeout(Duration::from_secs(1), watch.changed()).await;
        assert!(told.is_err(), "it is told of what was there before: the test above would prove nothing");
        assert_eq!(claim(&board, agent).await, Some(item), "and it is there");
    }
}
