//! How far a run is, and how long it may still take.

use std::collections::HashMap;

use callboard_entity::{WorkflowStepStatus as Status, workflow_runs as runs, workflow_steps as steps};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::journal::seconds;
use super::template::Graph;
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::Result;

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// Steps that are completed.
    pub completed: i64,
    /// All steps; none where the run's code did not say and has not ended.
    pub total: Option<i64>,
    /// How long the rest may take: along the longest chain of unfinished steps, each as long as the same step took in
    /// the last 20 runs of the workflow, else as long as this run's steps took. None where nothing is known.
    pub eta_seconds: Option<f64>,
}

/// How far a run is, from its steps.
pub(crate) async fn of(
    tx: &Tx,
    run: &runs::Model,
    all: &[steps::Model],
    waits_for: &HashMap<Uuid, Vec<Uuid>>,
) -> Result<Progress> {
    let progress = Progress { completed: run.steps_completed, total: run.total_steps, eta_seconds: None };
    if run.completed_at.is_some() {
        return Ok(progress);
    }
    let known = durations(tx, run).await?;
    let own: Vec<f64> = all.iter().filter_map(took).collect();
    #[allow(clippy::cast_precision_loss)]
    let usual = (!own.is_empty()).then(|| own.iter().sum::<f64>() / own.len() as f64);
    let mut left = Vec::with_capacity(all.len());
    for step in all {
        let Some(whole) = known.get(step.name.as_str()).copied().or(usual) else { return Ok(progress) };
        left.push(remaining(step, whole, tx.now));
    }
    let places: HashMap<Uuid, usize> = all.iter().enumerate().map(|(place, step)| (step.id, place)).collect();
    let after = |step: &steps::Model| {
        waits_for.get(&step.id).into_iter().flatten().filter_map(|on| places.get(on).copied()).collect()
    };
    let mut eta = Graph::new(all.iter().map(after).collect()).longest(&left);
    // Steps of code that were not asked for yet are known by number only, and come one after the other.
    let asked = i64::try_from(all.len()).unwrap_or(i64::MAX);
    match (run.total_steps.map(|total| total - asked), usual) {
        (Some(more), Some(usual)) if more > 0 => {
            #[allow(clippy::cast_precision_loss)]
            let more = more as f64;
            eta += more * usual;
        }
        (None, _) | (Some(1..), None) => return Ok(progress),
        _ => {}
    }
    Ok(Progress { eta_seconds: Some(eta), ..progress })
}

fn took(step: &steps::Model) -> Option<f64> {
    step.execution_time_seconds.filter(|_| step.status == Status::Completed)
}

/// What is left of a step that takes `whole` seconds: nothing of one that has ended, the rest of one under way.
fn remaining(step: &steps::Model, whole: f64, now: Timestamp) -> f64 {
    match step.status {
        Status::Completed | Status::Skipped | Status::Cancelled => 0.0,
        Status::Running | Status::Waiting => step.started_at.map_or(whole, |at| (whole - seconds(at, now)).max(0.0)),
        Status::Pending | Status::Failed => whole,
    }
}

/// How long each step took on average in the last runs of the workflow: two statements.
async fn durations(tx: &Tx, run: &runs::Model) -> Result<HashMap<String, f64>> {
    let last: Vec<Uuid> = runs::Entity::find()
        .select_only()
        .column(runs::Column::Id)
        .filter(runs::Column::WorkflowName.eq(run.workflow_name.as_str()))
        .order_by_desc(runs::Column::Id)
        .limit(20)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let rows: Vec<(String, f64)> = steps::Entity::find()
        .select_only()
        .columns([steps::Column::Name, steps::Column::ExecutionTimeSeconds])
        .filter(steps::Column::WorkflowRunId.is_in(last))
        .filter(steps::Column::Status.eq(Status::Completed))
        .filter(steps::Column::ExecutionTimeSeconds.is_not_null())
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut sums: HashMap<String, (f64, f64)> = HashMap::new();
    for (name, seconds) in rows {
        let sum = sums.entry(name).or_default();
        (sum.0, sum.1) = (sum.0 + seconds, sum.1 + 1.0);
    }
    Ok(sums.into_iter().map(|(name, (sum, count))| (name, sum / count)).collect())
}
