//! Checks that what is recorded of runs agrees with itself.

use std::collections::HashMap;

use callboard_entity::{
    WorkflowStepStatus as StepStatus, workflow_events as events, workflow_outputs as outputs, workflow_runs as runs,
    workflow_step_dependencies as dependencies, workflow_steps as steps,
};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::{Query, Tx};
use crate::error::Result;

/// How many runs are read at once.
const PAGE: u64 = 100;

/// A run whose rows do not say the same.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RunMismatch {
    /// The run's `workflow_id`.
    pub run: String,
    /// What differs: `steps_completed`, `revision`, `status`, `status of step NAME`, `step of output KEY` or
    /// `dependency of step NAME`.
    pub field: String,
    /// What the row says.
    pub row: Value,
    /// What the ledger, or the other rows, say.
    pub found: Value,
}

/// Compares every run with its steps, outputs and ledger, in pages of 100 runs, and names what differs.
///
/// `steps_completed` counts the completed steps; the ledger's revisions are 1 to the run's own, without a gap; the run
/// and each step stand where their last event left them; outputs and dependencies belong to steps of their own run.
///
/// # Errors
/// The database's alone: what differs is the answer.
#[derive(Clone, Copy, Debug, Default)]
pub struct CheckRuns;

/// Run, revision, step, kind, state after.
type EventRow = (Uuid, i64, Option<Uuid>, String, Option<String>);

impl Query for CheckRuns {
    type Output = Vec<RunMismatch>;

    async fn fetch(&self, tx: &Tx) -> Result<Vec<RunMismatch>> {
        let mut found = Vec::new();
        let mut after: Option<Uuid> = None;
        loop {
            let mut page = runs::Entity::find().order_by_asc(runs::Column::Id).limit(PAGE);
            if let Some(id) = after {
                page = page.filter(runs::Column::Id.gt(id));
            }
            let runs = page.all(&tx.conn).await?;
            let Some(last) = runs.last() else { return Ok(found) };
            after = Some(last.id);
            let rows = Rows::read(tx, runs.iter().map(|run| run.id).collect()).await?;
            for run in &runs {
                rows.compare(run, &mut found);
            }
        }
    }
}

/// What the check needs of some runs, by run.
struct Rows {
    steps: HashMap<Uuid, Vec<Step>>,
    events: HashMap<Uuid, Vec<Event>>,
    /// Outputs with the step that they name.
    outputs: HashMap<Uuid, Vec<(String, Uuid)>>,
    /// Pairs of a step, which is of the run, and one that it waits for.
    dependencies: HashMap<Uuid, Vec<(Uuid, Uuid)>>,
}

struct Step {
    id: Uuid,
    name: String,
    status: StepStatus,
}

struct Event {
    revision: i64,
    step: Option<Uuid>,
    kind: String,
    to: Option<String>,
}

impl Rows {
    /// Four statements, which leave out what may be large.
    async fn read(tx: &Tx, runs: Vec<Uuid>) -> Result<Self> {
        let steps: Vec<(Uuid, Uuid, String, StepStatus)> = steps::Entity::find()
            .select_only()
            .columns([steps::Column::WorkflowRunId, steps::Column::Id, steps::Column::Name, steps::Column::Status])
            .filter(steps::Column::WorkflowRunId.is_in(runs.iter().copied()))
            .order_by_asc(steps::Column::StepNumber)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let events: Vec<EventRow> = events::Entity::find()
            .select_only()
            .columns([events::Column::WorkflowRunId, events::Column::Revision, events::Column::StepId])
            .columns([events::Column::Kind, events::Column::ToStatus])
            .filter(events::Column::WorkflowRunId.is_in(runs.iter().copied()))
            .order_by_asc(events::Column::Revision)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let outputs: Vec<(Uuid, String, Uuid)> = outputs::Entity::find()
            .select_only()
            .columns([outputs::Column::WorkflowRunId, outputs::Column::OutputKey, outputs::Column::StepId])
            .filter(outputs::Column::WorkflowRunId.is_in(runs.iter().copied()))
            .filter(outputs::Column::StepId.is_not_null())
            .order_by_asc(outputs::Column::OutputKey)
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let dependencies: Vec<(Uuid, Uuid, Uuid)> = dependencies::Entity::find()
            .select_only()
            .column(steps::Column::WorkflowRunId)
            .columns([dependencies::Column::StepId, dependencies::Column::DependsOnId])
            .join(JoinType::InnerJoin, dependencies::Relation::Step.def())
            .filter(steps::Column::WorkflowRunId.is_in(runs))
            .into_tuple()
            .all(&tx.conn)
            .await?;
        let event = |(run, revision, step, kind, to)| (run, Event { revision, step, kind, to });
        Ok(Self {
            steps: by_run(steps.into_iter().map(|(run, id, name, status)| (run, Step { id, name, status }))),
            events: by_run(events.into_iter().map(event)),
            outputs: by_run(outputs.into_iter().map(|(run, key, step)| (run, (key, step)))),
            dependencies: by_run(dependencies.into_iter().map(|(run, step, on)| (run, (step, on)))),
        })
    }

    fn compare(&self, run: &runs::Model, found: &mut Vec<RunMismatch>) {
        let of = |field: String, row: Value, other: Value| RunMismatch {
            run: run.workflow_id.clone(),
            field,
            row,
            found: other,
        };
        let (steps, events) = (list(&self.steps, run.id), list(&self.events, run.id));
        let completed = steps.iter().filter(|step| step.status == StepStatus::Completed).count();
        if i64::try_from(completed).ok() != Some(run.steps_completed) {
            found.push(of("steps_completed".to_owned(), json!(run.steps_completed), json!(completed)));
        }
        let revisions: Vec<i64> = events.iter().map(|event| event.revision).collect();
        if !revisions.iter().copied().eq(1..=run.revision) {
            found.push(of("revision".to_owned(), json!(run.revision), json!(gaps(&revisions))));
        }
        // A run is added as pending; its events name no step, and those of a step say so also where the step is gone.
        let own = |event: &&Event| event.step.is_none() && !event.kind.starts_with("step_");
        let last = last_to(events.iter().filter(own)).unwrap_or("pending");
        if last != run.status.as_str() {
            found.push(of("status".to_owned(), json!(run.status), json!(last)));
        }
        for step in steps {
            let last = last_to(events.iter().filter(|event| event.step == Some(step.id)));
            if last != Some(step.status.as_str()) {
                found.push(of(format!("status of step {}", step.name), json!(step.status), json!(last)));
            }
        }
        let is_own = |id: &Uuid| steps.iter().any(|step| step.id == *id);
        for (key, step) in list(&self.outputs, run.id).iter().filter(|(_, step)| !is_own(step)) {
            found.push(of(format!("step of output {key}"), json!(step), Value::Null));
        }
        for (step, on) in list(&self.dependencies, run.id).iter().filter(|(_, on)| !is_own(on)) {
            let name = steps.iter().find(|other| other.id == *step).map_or("", |step| step.name.as_str());
            found.push(of(format!("dependency of step {name}"), json!(on), Value::Null));
        }
    }
}

fn by_run<T>(rows: impl Iterator<Item = (Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut grouped: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (run, row) in rows {
        grouped.entry(run).or_default().push(row);
    }
    grouped
}

fn list<T>(grouped: &HashMap<Uuid, Vec<T>>, run: Uuid) -> &[T] {
    grouped.get(&run).map_or(&[], Vec::as_slice)
}

/// The state that the last of these events which changed one led to.
fn last_to<'a>(events: impl DoubleEndedIterator<Item = &'a Event>) -> Option<&'a str> {
    events.rev().find_map(|event| event.to.as_deref())
}

/// Revisions as ranges: `1..4, 6..9` where 5 is missing.
fn gaps(revisions: &[i64]) -> String {
    let mut ranges: Vec<(i64, i64)> = Vec::new();
    for revision in revisions {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == *revision => *end = *revision,
            _ => ranges.push((*revision, *revision)),
        }
    }
    ranges.iter().map(|(from, to)| format!("{from}..{to}")).collect::<Vec<_>>().join(", ")
}
