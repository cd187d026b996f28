//! Two calls at once: what each gave, and whether they overlapped.

use std::sync::Arc;
use std::time::{Duration, Instant};

use callboard_service::entity::{task_assignments, work_items};
use callboard_service::{Actor, Callboard, Error, OpenOptions, Synchronous, Verb, WriteLane};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, TransactionTrait};
use serde_json::Value;
use support::{Seed, TestDb};
use tokio::sync::Barrier;
use uuid::Uuid;

/// How often each race is run.
pub const ROUNDS: usize = 200;
/// The controls lose often: fewer rounds show it.
pub const CONTROL_ROUNDS: usize = 40;

/// What a call gave, when it began and when it ended.
pub type Timed<T> = (Result<T, Error>, Instant, Instant);

/// Runs two verbs at once, each on a board of its own, and says whether they overlapped.
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
    let (a, b, overlap, _) = race_behind(boards, actors, a, b, Duration::ZERO).await;
    (a, b, overlap)
}

/// As [`race`], where the first waits for so long before it begins, and with how long the second took: of two that take
/// much more and less, the shorter would always come first.
pub async fn race_behind<A, B>(
    boards: &[Callboard; 2],
    actors: [Actor; 2],
    a: A,
    b: B,
    waits: Duration,
) -> (Result<A::Output, Error>, Result<B::Output, Error>, bool, Duration)
where
    A: Verb + Send + 'static,
    B: Verb + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(2));
    let (board, at) = (boards[0].clone(), Arc::clone(&barrier));
    let first = tokio::spawn(async move {
        at.wait().await;
        tokio::time::sleep(waits).await;
        timed(board, actors[0], a, Arc::new(Barrier::new(1))).await
    });
    let second = tokio::spawn(timed(boards[1].clone(), actors[1], b, barrier));
    let (a, b) = (first.await.expect("the call ends"), second.await.expect("the call ends"));
    let overlap = a.1 < b.2 && b.1 < a.2;
    (a.0, b.0, overlap, b.2 - b.1)
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
