//! Steps that agents do: each is a work item, which the step waits for without a lease.

use std::collections::BTreeMap;

use callboard_entity::{
    WorkItemStatus, WorkflowStepStatus as Status, work_items, workflow_runs as runs, workflow_steps as steps,
};
use chrono::TimeDelta;
use sea_orm::sea_query::{Expr, Query};
use sea_orm::{
    ColumnTrait, EntityTrait, ExprTrait, JoinType, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
    Select,
};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::journal::Journal;
use super::runner::{StepError, fail, summary};
use super::state::StepEvent;
use super::template::{Delegate, Rendered, StepSpec, render};
use crate::clock::{Timestamp, micros};
use crate::db::dialect::open;
use crate::db::{Tx, Verb};
use crate::error::{Error, ErrorKind, Result};
use crate::id::Ref;
use crate::item::{self, AddItems, CancelItem, Criterion, NewItem};
use crate::prerequisite::edge;

/// Hands a step out: a new item or, after a failed attempt, the same one again. The step waits then.
///
/// Until the end of its backoff nobody can claim the item. Texts that cannot be written fail the step for good.
pub(crate) async fn hand_out(
    journal: &mut Journal<'_>,
    step: &mut steps::Model,
    spec: &StepSpec,
    delegate: &Delegate,
    texts: Result<Rendered>,
) -> Result<()> {
    let not_before = step.next_attempt_at;
    journal.move_step(step, StepEvent::Start, None, |_| {}).await?;
    let texts = match texts {
        Ok(texts) => texts,
        Err(error) => {
            let error = StepError::from(error).permanent();
            return fail(journal, step, &error, journal.tx.now).await;
        }
    };
    let item = match step.work_item_id {
        Some(id) => again(journal, step, id, not_before).await?,
        None => None,
    };
    let tx = journal.tx;
    let item = match item {
        Some(item) => item,
        None => match tx.run(&new_item(journal, step, spec, delegate, &texts)?).await {
            Ok(mut added) => added.remove(0),
            Err(error) if error.is_retryable() || error.kind() == ErrorKind::Internal => return Err(error),
            // An archived project, say: the step cannot be done, which is no reason to refuse what led here.
            Err(error) => return fail(journal, step, &StepError::from(error).permanent(), tx.now).await,
        },
    };
    let deadline = match spec.timeout_seconds {
        Some(seconds) => {
            let from = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
            Some(micros(not_before.map_or(from, |at| std::cmp::max(at, from)) + TimeDelta::seconds(seconds)))
        }
        None => None,
    };
    let reason = format!("{} is to be done", item.key);
    let wait = |step: &mut steps::Model| {
        step.work_item_id = Some(item.id);
        step.input_summary = Some(summary(&texts.title));
        step.deadline_at = deadline;
    };
    journal.move_step(step, StepEvent::Wait, Some(&reason), wait).await
}

/// A step's texts, with what the steps before it gave.
pub(crate) fn texts(journal: &Journal<'_>, spec: &StepSpec, done: &[steps::Model]) -> Result<Rendered> {
    render(spec, &inputs(&journal.run.inputs), &outputs(done))
}

/// What the completed steps gave, by name.
pub(crate) fn outputs(done: &[steps::Model]) -> BTreeMap<String, Value> {
    let completed = done.iter().filter(|step| step.status == Status::Completed);
    completed.map(|step| (step.name.clone(), step.output.clone().unwrap_or(Value::Null))).collect()
}

pub(crate) fn inputs(stored: &Option<Value>) -> Map<String, Value> {
    match stored {
        Some(Value::Object(map)) => map.clone(),
        _ => Map::new(),
    }
}

fn new_item(
    journal: &Journal<'_>,
    step: &steps::Model,
    spec: &StepSpec,
    delegate: &Delegate,
    texts: &Rendered,
) -> Result<AddItems> {
    let run = &journal.run;
    let criteria = delegate.acceptance_criteria.iter();
    let mut about = json!({ "run": run.workflow_id, "workflow": run.workflow_name, "step": step.name });
    if !spec.gate.is_empty() {
        about["gate"] = serde_json::to_value(&spec.gate).unwrap_or_default();
    }
    let item = NewItem {
        r#type: delegate.r#type,
        description: texts.description.clone(),
        acceptance_criteria: criteria.map(|text| Criterion { text: text.clone(), done: false }).collect(),
        priority: delegate.priority,
        requirements: delegate.requires.clone(),
        metadata: Some(json!({ "workflow": about })),
        ..NewItem::titled(texts.title.clone())
    };
    let project = run.project_id.map(Ref::Id);
    let project = project.ok_or_else(|| {
        Error::invalid("project", run.workflow_id.as_str(), "is needed: a delegated step adds an item to it")
    })?;
    Ok(AddItems { project: Some(project), items: vec![item] })
}

/// The item of an earlier attempt, back in the queue; `None` where it cannot be used again.
async fn again(
    journal: &Journal<'_>,
    step: &steps::Model,
    id: Uuid,
    not_before: Option<Timestamp>,
) -> Result<Option<work_items::Model>> {
    let tx = journal.tx;
    let Some(item) = work_items::Entity::find_by_id(id).one(&tx.conn).await? else { return Ok(None) };
    if item.archived_at.is_some() {
        return Ok(None);
    }
    if !has_ended(&item) {
        // Somebody has brought it back by hand already.
        return Ok(Some(item));
    }
    let why = format!("attempt {} of step '{}' of run '{}'", step.attempt, step.name, journal.run.workflow_id);
    Ok(Some(item::revive(tx, &item, &why, not_before).await?))
}

/// The part of the template that a step was made from; none for a step of code.
pub(crate) fn spec(step: &steps::Model) -> Result<Option<StepSpec>> {
    let Some(stored) = &step.spec else { return Ok(None) };
    let read = serde_json::from_value(stored.clone());
    let what = || format!("spec of step '{}'", step.name);
    read.map(Some).map_err(|e| Error::Stored { what: what(), why: e.to_string() })
}

/// Whether the machine of items has ended this one: done, cancelled or dead.
pub(crate) fn has_ended(item: &work_items::Model) -> bool {
    matches!(item.status, WorkItemStatus::Done | WorkItemStatus::Cancelled) || item.dead_at.is_some()
}

/// Fails up to `limit` steps that waited longer than they may, by cancelling their items.
///
/// An item that somebody holds is cancelled as well: its holder is refused from then on.
pub(crate) async fn time_out(tx: &Tx, project: Option<Uuid>, limit: u32) -> Result<Vec<String>> {
    let due = due(tx, project, limit).await?.select_also(runs::Entity).all(&tx.conn).await?;
    let mut cancelled = Vec::new();
    for (step, run) in due {
        let (Some(item), Some(run)) = (step.work_item_id, run) else { continue };
        let Some(item) = still_due(tx, &step, item).await? else { continue };
        let reason = format!("step '{}' of run '{}' timed out", step.name, run.workflow_id);
        let cancel = CancelItem { reason: Some(reason), waive_dependents: true, ..CancelItem::new(item.id) };
        match cancel.apply(tx).await {
            Ok(done) => cancelled.push(done.item.key),
            // An archived one: nobody can claim it, and it ends when it is brought back.
            Err(Error::Transition { .. } | Error::Conflict(_)) => {}
            Err(other) => return Err(other),
        }
    }
    Ok(cancelled)
}

/// The keys of the items that [`time_out`] would cancel now.
pub(crate) async fn timed_out(tx: &Tx, project: Option<Uuid>, limit: u32) -> Result<Vec<String>> {
    let keys = due(tx, project, limit).await?.join(JoinType::InnerJoin, steps::Relation::WorkItem.def());
    Ok(keys.select_only().column(work_items::Column::Key).into_tuple().all(&tx.conn).await?)
}

/// The steps that waited longer than they may, the longest overdue first.
async fn due(tx: &Tx, project: Option<Uuid>, limit: u32) -> Result<Select<steps::Entity>> {
    let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
    let mut query = steps::Entity::find()
        .join(JoinType::InnerJoin, steps::Relation::WorkflowRun.def())
        .filter(open::waiting_steps())
        .filter(steps::Column::DeadlineAt.lte(now));
    if let Some(project) = project {
        // Not of the run that is joined: SQLite would begin with all runs of the project.
        let own = Query::select()
            .expr(Expr::val(1))
            .from_as(runs::Entity, "own")
            .and_where(Expr::col(("own", runs::Column::Id)).equals((steps::Entity, steps::Column::WorkflowRunId)))
            .and_where(Expr::col(("own", runs::Column::ProjectId)).eq(project))
            .to_owned();
        query = query.filter(Expr::exists(own));
    }
    Ok(query.order_by_asc(steps::Column::DeadlineAt).limit(u64::from(limit)))
}

/// The item of an overdue step, locked, if the step has not ended or begun anew while the lock was waited for.
async fn still_due(tx: &Tx, step: &steps::Model, item: Uuid) -> Result<Option<work_items::Model>> {
    let Some(found) = work_items::Entity::find_by_id(item).one(&tx.conn).await? else { return Ok(None) };
    // As cancelling an item does: its edges first, so that nobody waits for this one the other way round.
    edge::lock_project(tx, found.project_id).await?;
    let locked = item::lock_all(tx, [item]).await?.pop();
    let same = steps::Entity::find_by_id(step.id)
        .filter(steps::Column::Status.eq(Status::Waiting))
        .filter(steps::Column::DeadlineAt.eq(step.deadline_at))
        .count(&tx.conn)
        .await?;
    Ok(locked.filter(|_| same == 1))
}
