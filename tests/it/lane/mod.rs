//! SQLite's write lane: several verbs to one COMMIT, each with its own answer.

mod callers;
mod fairness;
mod groups;
mod neighbours;
mod same;
mod statements;
mod storm;

use std::fmt;
use std::sync::Mutex;
use std::time::Duration;

use callboard_service::assignment::{Claim, ClaimOutcome};
use callboard_service::entity::{CapabilityLevel, agent_profiles, task_assignments, work_items};
use callboard_service::item::{NewItem, ReplayLedger};
use callboard_service::{
    Actor, BoxFuture, Callboard, Error, LaneCounts, OnLane, OpenOptions, Ref, Result, Synchronous, Tx, Verb, WriteLane,
};
use chrono::TimeDelta;
use rust_decimal::Decimal;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use support::{Seed, TestDb};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// A body of the test's own that is run on the lane.
#[derive(Clone)]
pub(crate) struct Here<F>(F);

impl<F> Here<F>
where
    F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<()>> + Clone + Send + Sync + 'static,
{
    pub(crate) fn new(body: F) -> Self {
        Self(body)
    }
}

impl<F> fmt::Debug for Here<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Here")
    }
}

impl<F> Verb for Here<F>
where
    F: for<'t> Fn(&'t Tx) -> BoxFuture<'t, Result<()>> + Clone + Send + Sync + 'static,
{
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        (self.0)(tx).await
    }

    fn on_lane(&self) -> Option<OnLane<()>> {
        Some(OnLane::new(self.clone()))
    }
}

/// What a verb of the test's own ends with.
fn fails() -> Result<()> {
    panic!("this panic is part of the test");
}

/// A board whose callers may commit on their own threads.
fn normal() -> OpenOptions {
    OpenOptions { synchronous: Synchronous::Normal, ..OpenOptions::default() }
}

/// A lane whose groups end with the last of them, however slow the machine is.
fn unhurried() -> OpenOptions {
    let lane = WriteLane { max_time: Duration::from_secs(600), ..WriteLane::default() };
    OpenOptions { lane, ..OpenOptions::default() }
}

/// An agent, and so many ready items.
async fn stocked(t: &TestDb, items: usize) -> (Seed, agent_profiles::Model) {
    let mut seed = t.seed().await;
    seed.board = t.board_with(unhurried()).await;
    let agent = seed.agent("coder").await;
    seed.add_all((0..items).map(|n| NewItem { max_attempts: 100, ..NewItem::titled(format!("n{n}")) }).collect()).await;
    (seed, agent)
}

/// An item with something in every optional field, which requires `rust`.
pub(crate) fn full(seed: &Seed) -> NewItem {
    NewItem {
        description: Some("it's \"full\"; 漢字".to_owned()),
        acceptance_criteria: vec![
            serde_json::from_value(json!({"text": "works", "done": false})).expect("a criterion"),
        ],
        tags: vec!["tag".to_owned()],
        metadata: Some(json!({"a": [1, null, 0.5]})),
        due_at: Some(seed.board.now() + TimeDelta::days(1)),
        estimated_hours: Some(Decimal::new(125, 2)),
        requirements: vec![("rust".to_owned(), CapabilityLevel::Basic).into()],
        ..NewItem::titled("full")
    }
}

fn claim(agent: &agent_profiles::Model) -> Claim {
    Claim::one(Ref::Id(agent.id))
}

fn counts(board: &Callboard) -> LaneCounts {
    board.lane_counts().expect("it has a lane")
}

/// Keeps the turn to write until it is let go.
struct Turn {
    let_go: oneshot::Sender<()>,
    holder: JoinHandle<Result<(), Error>>,
}

impl Turn {
    /// By a transaction on the board's other connection.
    async fn take(board: &Callboard) -> Self {
        let ((ready, is_ready), (let_go, gone)) = (oneshot::channel(), oneshot::channel::<()>());
        let once = Mutex::new(Some((ready, gone)));
        let board = board.clone();
        let holder = tokio::spawn(async move {
            let hold = board.transaction(Actor::SYSTEM, |_| {
                let (ready, gone) = once.lock().expect("the channels").take().expect("it runs once");
                Box::pin(async move {
                    ready.send(()).expect("the test waits");
                    drop(gone.await);
                    Ok(())
                })
            });
            hold.await
        });
        is_ready.await.expect("it has the turn");
        Self { let_go, holder }
    }

    async fn let_go(self) {
        drop(self.let_go);
        self.holder.await.expect("the holder ends").expect("nothing was written");
    }
}

/// Calls these while nobody may write, so that they are one group, and gives their answers in the same order.
async fn together<T: Send + 'static>(board: &Callboard, calls: Vec<JoinHandle<T>>, turn: Turn) -> Vec<T> {
    let expected = calls.len() as u64;
    while counts(board).waiting < expected {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    turn.let_go().await;
    let mut answers = Vec::new();
    for call in calls {
        answers.push(call.await.expect("the call ends"));
    }
    answers
}

fn spawn<V: Verb + Send + 'static>(board: &Callboard, actor: Actor, verb: V) -> JoinHandle<Result<V::Output, Error>> {
    let board = board.clone();
    tokio::spawn(async move { board.run(actor, &verb).await })
}

fn spawn_claim(board: &Callboard, agent: &agent_profiles::Model) -> JoinHandle<Result<ClaimOutcome, Error>> {
    spawn(board, Actor::agent(agent.id), claim(agent))
}

async fn assignments(seed: &Seed) -> Vec<task_assignments::Model> {
    let all = task_assignments::Entity::find().order_by_asc(task_assignments::Column::Id);
    all.all(&seed.raw).await.expect("read the assignments")
}

/// Each open assignment has an item that says so, each item in progress one assignment, and the ledger tells the same.
async fn assert_consistent(seed: &Seed) {
    let open: Vec<_> = assignments(seed).await.into_iter().filter(|a| a.status.to_string() == "started").collect();
    let held = work_items::Entity::find().filter(work_items::Column::Status.eq("in_progress")).all(&seed.raw).await;
    let mut held: Vec<_> = held.expect("read the items").into_iter().map(|item| item.id).collect();
    let mut of_open: Vec<_> = open.iter().map(|a| a.work_item_id).collect();
    held.sort();
    of_open.sort();
    assert_eq!(of_open, held);
    let found = seed.board.read(&ReplayLedger).await.expect("replay");
    assert!(found.is_empty(), "{found:#?}");
}
