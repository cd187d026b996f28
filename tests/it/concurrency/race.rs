//! Two calls at once: what each gave, and whether they overlapped.

use std::any::TypeId;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::{Duration, Instant};

use callboard_service::entity::{task_assignments, work_items};
use callboard_service::{Actor, Callboard, Error, OpenOptions, Synchronous, Verb, WriteLane};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, TransactionTrait};
use serde_json::Value;
use support::{Seed, TestDb};
use tokio::runtime::{self, Handle};
use tokio::sync::Barrier;
use tokio::task::JoinHandle;
use uuid::Uuid;

/// How often each race is run.
pub const ROUNDS: usize = 200;
/// The controls lose often: fewer rounds show it.
pub const CONTROL_ROUNDS: usize = 40;

/// What a call gave, when it began and when it ended.
pub type Timed<T> = (Result<T, Error>, Instant, Instant);

/// How long the two verbs of a race took in the last rounds in which they met, by the test's runtime and their types.
type Took = Mutex<HashMap<(runtime::Id, TypeId), VecDeque<[Duration; 2]>>>;
static TOOK: LazyLock<Took> = LazyLock::new(Mutex::default);
/// So many of the last rounds tell how long a verb takes: of fewer, each that the machine held up would spoil the next.
const REMEMBERED: usize = 9;

/// Runs two verbs at once, each on a board of its own, and says whether they overlapped.
///
/// Either begins somewhere in the time that the other takes, as far as the last rounds tell: of two that begin at once the
/// shorter would always come first, and a pause of a fixed length is too long for the one pair and too short for another.
pub async fn race<A, B>(
    boards: &[Callboard; 2],
    actors: [Actor; 2],
    a: A,
    b: B,
) -> (Result<A::Output, Error>, Result<B::Output, Error>, bool)
where
    A: Verb + Send + 'static,
    B: Verb + Send + 'static,
{
    let pair = (Handle::current().id(), TypeId::of::<(A, B)>());
    let took = || TOOK.lock().expect("nobody panics in here");
    let [first, second] = took().get(&pair).map(undisturbed).unwrap_or_default();
    // The second's beginning, seen from the first's: from shortly after that one ends back to shortly before it began.
    let window = (first + second).mul_f64(0.9 * fastrand::f64());
    let (before, after) = (second.mul_f64(0.9).saturating_sub(window), window.saturating_sub(second.mul_f64(0.9)));
    let together = Arc::new(std::sync::Barrier::new(2));
    let first = side(boards[0].clone(), actors[0], a, before, Arc::clone(&together));
    let second = side(boards[1].clone(), actors[1], b, after, together);
    let (a, b) = (first.await.expect("the call ends"), second.await.expect("the call ends"));
    let mut took = took();
    let rounds = took.entry(pair).or_default();
    rounds.truncate(REMEMBERED - 1);
    rounds.push_front([a.2 - a.1, b.2 - b.1]);
    (a.0, b.0, a.1 < b.2 && b.1 < a.2)
}

/// How long each of the two takes where the machine does not hold it up: the lower quartile.
fn undisturbed(rounds: &VecDeque<[Duration; 2]>) -> [Duration; 2] {
    [0, 1].map(|side| {
        let mut took: Vec<_> = rounds.iter().map(|round| round[side]).collect();
        took.sort_unstable();
        took[took.len() / 4]
    })
}

/// One of the two, on a thread of its own as in a process of its own: on one that both share, what is done on the lane
/// would be over before the other begins.
fn side<V>(
    board: Callboard,
    actor: Actor,
    verb: V,
    waits: Duration,
    together: Arc<std::sync::Barrier>,
) -> JoinHandle<Timed<V::Output>>
where
    V: Verb + Send + 'static,
{
    let runtime = Handle::current();
    tokio::task::spawn_blocking(move || {
        together.wait();
        let ready = Instant::now();
        // A sleep alone ends too late by as much as a short verb takes.
        std::thread::sleep(waits.saturating_sub(Duration::from_micros(200)));
        while ready.elapsed() < waits {
            std::hint::spin_loop();
        }
        let begun = Instant::now();
        let result = runtime.block_on(board.run(actor, &verb));
        (result, begun, Instant::now())
    })
}

/// Runs one verb as a side of a race: both begin when both are there.
pub async fn timed<V: Verb>(board: Callboard, actor: Actor, verb: V, barrier: Arc<Barrier>) -> Timed<V::Output> {
    barrier.wait().await;
    // Now the one is a little ahead, now the other; more than the shortest verb takes would make it no race.
    tokio::time::sleep(Duration::from_micros(fastrand::u64(..1000))).await;
    let begun = Instant::now();
    let result = board.run(actor, &verb).await;
    (result, begun, Instant::now())
}

/// Two boards on one database, as two processes have them: an app with its write lane, a command line without one. What
/// is done on a lane is over before another call can begin; two lanes meet in `lane::neighbours`.
pub async fn boards(t: &TestDb) -> [Callboard; 2] {
    let with = |lane| OpenOptions { synchronous: Synchronous::Normal, lane, ..OpenOptions::default() };
    [t.board_with(with(WriteLane::default())).await, t.board_with(with(WriteLane::off())).await]
}

/// How many assignments of an item are open.
pub async fn open(seed: &Seed, item: Uuid) -> u64 {
    let of = task_assignments::Entity::find()
        .filter(task_assignments::Column::WorkItemId.eq(item))
        .filter(task_assignments::Column::Status.is_in(["assigned", "started", "paused"]));
    of.count(&seed.raw).await.expect("count the open ones")
}

/// The write of a control, after a look that held nothing: whatever the item has become since is not asked.
/// `after` is what the ledger must tell of the change.
pub async fn write_unguarded(seed: &Seed, item: Uuid, change: work_items::ActiveModel, after: Value) {
    let tx = seed.raw.begin().await.expect("begin");
    let revision = work_items::Column::Revision;
    let written = work_items::Entity::update_many()
        .set(change)
        .col_expr(revision, Expr::col(revision).add(1))
        .filter(work_items::Column::Id.eq(item))
        .exec_with_returning(&tx)
        .await
        .expect("write the item");
    support::stage_event(&tx, &written[0], after).await;
    tx.commit().await.expect("commit");
}

/// Between the look of a control and its write: as long as a verb's statements take.
pub async fn meet(barrier: &Barrier) {
    barrier.wait().await;
    tokio::time::sleep(Duration::from_millis(3)).await;
}

/// Fails when fewer than half of the rounds were races, or when one of the two sides was never the first.
#[track_caller]
pub fn assert_raced(overlaps: usize, first: usize) {
    assert_raced_in(ROUNDS, overlaps, first);
}

/// As [`assert_raced`], of a race that is run less often than [`ROUNDS`].
#[track_caller]
pub fn assert_raced_in(rounds: usize, overlaps: usize, first: usize) {
    assert!(overlaps > rounds / 2, "only {overlaps} of {rounds} rounds were races");
    assert!((1..rounds).contains(&first), "only one order was seen: one side came first {first} times");
}
