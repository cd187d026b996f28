//! Reading an assignment for a change: its item first, then itself, so that all writers lock in one order.

use callboard_entity::{TaskAssignmentStatus as Status, task_assignments, work_items};
use sea_orm::{ColumnTrait, DbErr, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::state::{self, AssignmentEvent};
use crate::clock::Timestamp;
use crate::db::dialect::open;
use crate::db::listed::Listed;
use crate::db::{Cells, Tx};
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
    let row = tx.row(tx.dialect.hold(), vec![id.into(), tx.now.into()], read).await?;
    row.ok_or_else(|| Error::not_found("assignment", id.to_string()))
}

/// What hangs on an item's completion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Around {
    /// Operations on files were tracked for the item.
    pub files: bool,
    /// A step of a workflow may wait for it.
    pub workflow: bool,
    /// Other items may wait for it.
    pub dependents: bool,
}

/// As [`hold`], with what hangs on the item's completion.
pub(super) async fn hold_to_complete(tx: &Tx, id: Uuid) -> Result<(Held, Around)> {
    let row = tx.row(tx.dialect.hold_to_complete(), vec![id.into(), tx.now.into()], read_around).await?;
    row.ok_or_else(|| Error::not_found("assignment", id.to_string()))
}

fn read(cells: &mut Cells<'_>) -> Result<Held, DbErr> {
    let (assignment, item) = (task_assignments::Model::read(cells)?, work_items::Model::read(cells)?);
    Ok(Held { assignment, item, lease_now: cells.next()? })
}

fn read_around(cells: &mut Cells<'_>) -> Result<(Held, Around), DbErr> {
    let held = read(cells)?;
    let mut any = || Ok::<_, DbErr>(cells.next::<i64>()? > 0);
    Ok((held, Around { files: any()?, workflow: any()?, dependents: any()? }))
}

/// The open assignment of a locked item.
pub(crate) async fn open_of(tx: &Tx, item: &work_items::Model) -> Result<Option<task_assignments::Model>> {
    let open = task_assignments::Entity::find()
        .filter(task_assignments::Column::WorkItemId.eq(item.id))
        .filter(open::assignments());
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
    mut after: task_assignments::Model,
) -> Result<task_assignments::Model> {
    after.updated_at = tx.now;
    if !tx.update((before.id, before.status.into()), before, &after).await? {
        return Err(Error::LeaseLost { assignment: before.id, why: format!("it is no longer {}", before.status) });
    }
    Ok(after)
}
