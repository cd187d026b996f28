//! Reading an assignment for a change: its item first, then itself, so that all writers lock in one order.

use callboard_entity::{TaskAssignmentStatus as Status, task_assignments, work_items};
use sea_orm::{ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryResult};
use uuid::Uuid;

use super::state::{self, AssignmentEvent};
use crate::clock::Timestamp;
use crate::db::Tx;
use crate::error::{Error, Result};

/// An assignment and its item, both locked, and the time by which the lease is judged.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub assignment: task_assignments::Model,
    pub item: work_items::Model,
    pub lease_now: Timestamp,
}

/// Locks the item and then the assignment.
pub(crate) async fn hold(tx: &Tx, id: Uuid) -> Result<Held> {
    held(tx, &read(tx, id, tx.dialect.hold()).await?)
}

/// As [`hold`], with whether operations on files were tracked for the item.
pub(super) async fn hold_to_complete(tx: &Tx, id: Uuid) -> Result<(Held, bool)> {
    let row = read(tx, id, tx.dialect.hold_to_complete()).await?;
    Ok((held(tx, &row)?, row.try_get::<i64>("", "files")? > 0))
}

async fn read(tx: &Tx, id: Uuid, sql: &str) -> Result<QueryResult> {
    let row = tx.conn.query_one_raw(tx.dialect.statement(sql, [id.into()])).await?;
    row.ok_or_else(|| Error::not_found("assignment", id.to_string()))
}

fn held(tx: &Tx, row: &QueryResult) -> Result<Held> {
    let assignment = task_assignments::Model::from_query_result(row, "a_")?;
    let item = work_items::Model::from_query_result(row, "")?;
    let lease_now = tx.dialect.held_at(row, tx.now)?;
    Ok(Held { assignment, item, lease_now })
}

/// The open assignment of a locked item.
pub(crate) async fn open_of(tx: &Tx, item: &work_items::Model) -> Result<Option<task_assignments::Model>> {
    let open = task_assignments::Entity::find()
        .filter(task_assignments::Column::WorkItemId.eq(item.id))
        .filter(task_assignments::Column::Status.is_in(state::OPEN.iter().copied()));
    Ok(open.one(&tx.conn).await?)
}

/// What the fence says of a holder's write.
pub(crate) enum Fence {
    /// It may go on to this state.
    Go(Status),
    /// The assignment is in the target state already: a repeat.
    Already,
}

/// Lets the holder's own writes through while the assignment is open and its lease runs.
pub(crate) fn fence(held: &Held, event: AssignmentEvent) -> Result<Fence> {
    let status = held.assignment.status;
    if let Some(lost) = lost(held, event.as_str()) {
        return Err(lost);
    }
    if repeats(status, event) {
        return Ok(Fence::Already);
    }
    match state::next(status, event) {
        Some(next) => Ok(Fence::Go(next)),
        None => Err(refused(held, event)),
    }
}

/// Why the holder may not write any more, if so: the board took the item back, or the lease has run out.
pub(crate) fn lost(held: &Held, what: &str) -> Option<Error> {
    let Held { assignment, item, lease_now } = held;
    let status = assignment.status;
    let why = if matches!(status, Status::Expired | Status::Cancelled) {
        format!("{} is {status}, so {what} is not possible", item.key)
    } else {
        let end = assignment.lease_expires_at.filter(|end| state::OPEN.contains(&status) && end <= lease_now)?;
        let end = end.format("%Y-%m-%d %H:%M:%S UTC");
        format!("the lease on {} ran out at {end} while {status}, so {what} is not possible", item.key)
    };
    Some(Error::LeaseLost { assignment: assignment.id, why })
}

/// The refusal of a transition that the machine does not have.
pub(crate) fn refused(held: &Held, event: AssignmentEvent) -> Error {
    refused_as(held, event.as_str())
}

/// As [`refused`], for a write that is no event of the machine.
pub(crate) fn refused_as(held: &Held, event: &str) -> Error {
    Error::Transition {
        entity: "assignment",
        name: format!("{} of {}", held.assignment.id, held.item.key),
        from: held.assignment.status.as_str().to_owned(),
        event: event.to_owned(),
        allowed: state::possible(held.assignment.status),
    }
}

/// Whether the event leads to where the assignment stands: then it is done already.
pub(crate) fn repeats(status: Status, event: AssignmentEvent) -> bool {
    matches!(
        (event, status),
        (AssignmentEvent::Start | AssignmentEvent::Resume, Status::Started)
            | (AssignmentEvent::Pause, Status::Paused)
            | (AssignmentEvent::Complete, Status::Completed)
            | (AssignmentEvent::Fail, Status::Failed)
            | (AssignmentEvent::Cancel, Status::Cancelled)
            | (AssignmentEvent::Expire, Status::Expired)
    )
}

/// Writes an assignment's new state, guarded by the one that was read.
pub(crate) async fn update(
    tx: &Tx,
    before: &task_assignments::Model,
    mut change: task_assignments::ActiveModel,
) -> Result<task_assignments::Model> {
    change.updated_at = Set(tx.now);
    let updated = task_assignments::Entity::update_many()
        .set(change)
        .filter(task_assignments::Column::Id.eq(before.id))
        .filter(task_assignments::Column::Status.eq(before.status))
        .exec_with_returning(&tx.conn)
        .await?;
    updated
        .into_iter()
        .next()
        .ok_or_else(|| Error::LeaseLost { assignment: before.id, why: format!("it is no longer {}", before.status) })
}
