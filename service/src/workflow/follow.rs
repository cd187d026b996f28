//! What the end of an item means for the step that waits for it, in the transaction that ends the item.

use callboard_entity::{
    TaskAssignmentStatus, WorkItemStatus, WorkflowStepStatus as Status, task_assignments, work_item_events, work_items,
    workflow_runs as runs, workflow_steps as steps,
};
use chrono::TimeDelta;
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait};
use serde_json::{Value, json};

use super::advance::advance;
use super::delegated::{self, has_ended};
use super::journal::Journal;
use super::runner::{Output, StepError, check_output, complete, fail, insert, next_attempt};
use super::template::{StepSpec, gate};
use crate::db::{BoxFuture, Tx};
use crate::error::{Error, Result};

/// Completes or fails the step that waits for an item that has ended, and moves its run on.
///
/// An item is locked before its run, here and everywhere: the caller holds the item.
///
/// # Errors
/// `GateNotMet` where the result is not what the step's gate demands: the caller's whole verb is refused then, so that
/// its holder can hand in a better one.
pub(crate) fn follow<'t>(tx: &'t Tx, item: &'t work_items::Model) -> BoxFuture<'t, Result<()>> {
    // Boxed here, because following may write other items, whose end is followed.
    Box::pin(follow_ended(tx, item))
}

/// The step and the run that wait for an item, if any does: `step 'NAME' of run 'ID'`.
pub(crate) async fn awaiting(tx: &Tx, item: &work_items::Model) -> Result<Option<String>> {
    let waiting = steps::Entity::find()
        .select_also(runs::Entity)
        .join(JoinType::InnerJoin, steps::Relation::WorkflowRun.def())
        .filter(steps::Column::WorkItemId.eq(item.id))
        .filter(steps::Column::Status.eq(Status::Waiting))
        .one(&tx.conn)
        .await?;
    Ok(waiting.and_then(|(step, run)| Some(format!("step '{}' of run '{}'", step.name, run?.workflow_id))))
}

async fn follow_ended(tx: &Tx, item: &work_items::Model) -> Result<()> {
    if !has_ended(item) {
        return Ok(());
    }
    let waiting = || {
        steps::Entity::find()
            .filter(steps::Column::WorkItemId.eq(item.id))
            .filter(steps::Column::Status.eq(Status::Waiting))
            .one(&tx.conn)
    };
    let Some(step) = waiting().await? else { return Ok(()) };
    let mut journal = Journal::open(tx, step.workflow_run_id).await?;
    // Read again under the run's lock: it may have been cancelled in between.
    let Some(mut step) = waiting().await? else { return Ok(()) };
    let spec = delegated::spec(&step)?;
    if item.status == WorkItemStatus::Done {
        done(&mut journal, &mut step, spec.as_ref(), item).await?;
    } else {
        failed(&mut journal, &mut step, spec.as_ref(), item).await?;
    }
    advance(&mut journal).await?;
    journal.close().await?;
    Ok(())
}

/// Refuses a result that the step which waits for the item would not take, before the item goes to a review.
///
/// # Errors
/// `GateNotMet`.
pub(crate) async fn check_result(tx: &Tx, item: &work_items::Model) -> Result<()> {
    let waiting = steps::Entity::find()
        .filter(steps::Column::WorkItemId.eq(item.id))
        .filter(steps::Column::Status.eq(Status::Waiting))
        .one(&tx.conn)
        .await?;
    if let Some(step) = waiting {
        let (result, _) = result(tx, item).await?;
        taken(&step, delegated::spec(&step)?.as_ref(), item, &result)?;
    }
    Ok(())
}

/// What the step makes of a result: the output of its run that it stores, where its template names one.
fn taken(
    step: &steps::Model,
    spec: Option<&StepSpec>,
    item: &work_items::Model,
    result: &Value,
) -> Result<Option<(String, Output)>> {
    check_output(&step.name, result).map_err(|e| refused(item, vec![e.to_string()]))?;
    let mut output = None;
    if let Some(spec) = spec {
        let mut missing = gate::check(&spec.gate, result);
        match spec.output.as_ref().map(|wanted| (wanted, gate::output(wanted, result))) {
            Some((wanted, Ok(value))) => output = Some((wanted.key.clone(), Output { value, kind: wanted.r#type })),
            Some((_, Err(why))) => missing.push(why),
            None => {}
        }
        if !missing.is_empty() {
            return Err(refused(item, missing));
        }
    }
    Ok(output)
}

async fn done(
    journal: &mut Journal<'_>,
    step: &mut steps::Model,
    spec: Option<&StepSpec>,
    item: &work_items::Model,
) -> Result<()> {
    let (result, agent) = result(journal.tx, item).await?;
    let output = taken(step, spec, item, &result)?;
    complete(journal, step, &result, agent).await?;
    if let Some((key, output)) = output {
        insert(journal, Some(step.id), &key, &output).await?;
    }
    Ok(())
}

fn refused(item: &work_items::Model, missing: Vec<String>) -> Error {
    Error::GateNotMet { item: item.key.clone(), level: "workflow".to_owned(), missing }
}

/// What the last completed assignment handed over, and which agent did; its notes where it gave no result.
async fn result(tx: &Tx, item: &work_items::Model) -> Result<(Value, Option<uuid::Uuid>)> {
    let last = task_assignments::Entity::find()
        .filter(task_assignments::Column::WorkItemId.eq(item.id))
        .filter(task_assignments::Column::Status.eq(TaskAssignmentStatus::Completed))
        .order_by_desc(task_assignments::Column::Id)
        .one(&tx.conn)
        .await?;
    let Some(last) = last else { return Ok((Value::Null, None)) };
    let given = last.context.as_ref().and_then(|c| c.get("result")).cloned();
    let result = given.or_else(|| last.notes.map(Value::String)).unwrap_or(Value::Null);
    Ok((result, last.agent_id))
}

async fn failed(
    journal: &mut Journal<'_>,
    step: &mut steps::Model,
    spec: Option<&StepSpec>,
    item: &work_items::Model,
) -> Result<()> {
    let tx = journal.tx;
    let (how, why) = match item.dead_at {
        Some(_) => ("is a dead letter", item.blocked_reason.clone()),
        None => ("was cancelled", last_reason(tx, item).await?),
    };
    let why = why.map(|why| format!(": {why}")).unwrap_or_default();
    let error = StepError::new(format!("{} {how}{why}", item.key)).with_context(json!({ "item": item.key }));
    let now = tx.dialect.read_lease_now(&tx.conn, tx.now).await?;
    let backoff = TimeDelta::seconds(spec.map_or(10, |spec| spec.backoff_seconds));
    fail(journal, step, &error, next_attempt(now, step.attempt, backoff)).await
}

/// Why the newest change of an item was made.
async fn last_reason(tx: &Tx, item: &work_items::Model) -> Result<Option<String>> {
    let newest = work_item_events::Entity::find()
        .filter(work_item_events::Column::WorkItemId.eq(item.id))
        .order_by_desc(work_item_events::Column::Revision)
        .one(&tx.conn)
        .await?;
    Ok(newest.and_then(|event| event.reason))
}
