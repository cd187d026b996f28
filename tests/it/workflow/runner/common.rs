//! Reading runs as they are stored, and playing with their clock.

use callboard_service::entity::{
    workflow_events as events, workflow_outputs as outputs, workflow_runs as runs, workflow_steps as steps,
};
use callboard_service::workflow::{Drive, NewRun, Run, RunOptions, StepError};
use callboard_service::{Actor, BoxFuture, Callboard, Error};
use chrono::{TimeDelta, Utc};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter, QueryOrder};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// Counts calls of a closure; a clone counts the same.
#[derive(Clone, Debug, Default)]
pub struct Calls(Arc<AtomicUsize>);

impl Calls {
    /// One more; gives how many there were before.
    pub fn add(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    pub fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// Drives the run of that `workflow_id`.
pub async fn drive<F>(board: &Callboard, id: &str, options: RunOptions, body: F) -> Result<Drive, Error>
where
    F: for<'r> FnOnce(&'r mut Run) -> BoxFuture<'r, Result<(), StepError>> + Send,
{
    board.drive(Actor::SYSTEM, &NewRun::new("test", id), options, body).await
}

/// The shortest lease, so that the heartbeat looks three times a second.
pub fn quick() -> RunOptions {
    RunOptions { lease: Duration::from_secs(1), poll: Duration::from_millis(20), ..RunOptions::default() }
}

/// Waits until it is so, and fails after 20 seconds.
pub async fn until<Fut: Future<Output = bool>>(what: &str, is_so: impl Fn() -> Fut) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !is_so().await {
        assert!(Instant::now() < deadline, "not within 20 s: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// The run of that `workflow_id`.
pub async fn run_row(raw: &DatabaseConnection, id: &str) -> runs::Model {
    let found = runs::Entity::find().filter(runs::Column::WorkflowId.eq(id)).one(raw).await;
    found.expect("read the run").unwrap_or_else(|| panic!("there is no run {id}"))
}

/// The steps of a run in their order.
pub async fn step_rows(raw: &DatabaseConnection, run: Uuid) -> Vec<steps::Model> {
    let of = steps::Entity::find().filter(steps::Column::WorkflowRunId.eq(run));
    of.order_by_asc(steps::Column::StepNumber).all(raw).await.expect("read the steps")
}

/// The run's only step of that name.
pub async fn step_row(raw: &DatabaseConnection, id: &str, name: &str) -> steps::Model {
    let all = step_rows(raw, run_row(raw, id).await.id).await;
    all.into_iter().find(|step| step.name == name).unwrap_or_else(|| panic!("run {id} has no step {name}"))
}

/// The outputs of a run by key.
pub async fn output_rows(raw: &DatabaseConnection, run: Uuid) -> Vec<(String, String)> {
    let of = outputs::Entity::find().filter(outputs::Column::WorkflowRunId.eq(run));
    let rows = of.order_by_asc(outputs::Column::OutputKey).all(raw).await.expect("read the outputs");
    rows.into_iter().map(|row| (row.output_key, row.output_value)).collect()
}

/// The ledger of a run, oldest first.
pub async fn event_rows(raw: &DatabaseConnection, run: Uuid) -> Vec<events::Model> {
    let of = events::Entity::find().filter(events::Column::WorkflowRunId.eq(run));
    of.order_by_asc(events::Column::Revision).all(raw).await.expect("read the ledger")
}

/// The kinds of a run's ledger rows, oldest first; none of a run that is not there yet.
pub async fn kinds(raw: &DatabaseConnection, id: &str) -> Vec<String> {
    match runs::Entity::find().filter(runs::Column::WorkflowId.eq(id)).one(raw).await.expect("read the run") {
        Some(run) => event_rows(raw, run.id).await.into_iter().map(|event| event.kind).collect(),
        None => Vec::new(),
    }
}

/// Fails unless the ledger goes from 1 to the run's revision without a gap.
#[track_caller]
pub fn assert_gapless(run: &runs::Model, ledger: &[events::Model]) {
    let revisions: Vec<i64> = ledger.iter().map(|event| event.revision).collect();
    assert_eq!(revisions, (1..=run.revision).collect::<Vec<_>>(), "the ledger of {}", run.workflow_id);
}

/// Everything that a runner could write of a run, as one text per row.
pub async fn everything(raw: &DatabaseConnection, id: &str) -> Vec<String> {
    let run = run_row(raw, id).await;
    let mut all = vec![format!("{run:?}")];
    all.extend(step_rows(raw, run.id).await.iter().map(|row| format!("{row:?}")));
    all.extend(output_rows(raw, run.id).await.iter().map(|row| format!("{row:?}")));
    all.extend(event_rows(raw, run.id).await.iter().map(|row| format!("{row:?}")));
    all
}

/// Moves the lease of a run into the past, as if its runner had given no sign of life; a run that nobody took has none.
pub async fn lapse_run(raw: &DatabaseConnection, id: &str) {
    let past = Utc::now() - TimeDelta::seconds(1);
    runs::Entity::update_many()
        .set(runs::ActiveModel { lease_expires_at: Set(Some(past)), ..Default::default() })
        .filter(runs::Column::WorkflowId.eq(id))
        .filter(runs::Column::RunnerId.is_not_null())
        .exec(raw)
        .await
        .expect("move the lease");
}

/// Ends the pause before the next attempt of every failed step of a run.
pub async fn end_pauses(raw: &DatabaseConnection, id: &str) {
    let past = Utc::now() - TimeDelta::seconds(1);
    steps::Entity::update_many()
        .set(steps::ActiveModel { next_attempt_at: Set(Some(past)), ..Default::default() })
        .filter(steps::Column::WorkflowRunId.eq(run_row(raw, id).await.id))
        .filter(steps::Column::NextAttemptAt.is_not_null())
        .exec(raw)
        .await
        .expect("end the pauses");
}
