//! The item that somebody writes to, by its name or by the assignment under which the work is done.

use callboard_entity::{task_assignments, work_items};
use uuid::Uuid;

use super::{deadline, rows as held, state};
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::id::Ref;
use crate::item;

/// The item, and the assignment with its lease extended, both locked. `what` is what is done: `track files`.
pub(crate) async fn target(
    tx: &Tx,
    item: Option<&Ref>,
    assignment: Option<Uuid>,
    what: &str,
) -> Result<(work_items::Model, Option<task_assignments::Model>)> {
    let Some(id) = assignment else {
        let Some(item) = item else {
            return Err(Error::invalid("item", "", "is needed where no assignment is named"));
        };
        return Ok((item::lock(tx, item).await?, None));
    };
    let held = held::hold(tx, id).await?;
    if let Some(lost) = held::lost(&held, &format!("to {what}")) {
        return Err(lost);
    }
    if !state::OPEN.contains(&held.assignment.status) {
        return Err(held::refused_as(&held, what));
    }
    if let Some(item) = item {
        let named = item::find(tx, item).await?;
        if named.id != held.item.id {
            let rule = format!("must be {}, which the assignment is of", held.item.key);
            return Err(Error::invalid("item", named.key, rule));
        }
    }
    let lease = deadline::lease(tx, Some(held.item.project_id), None).await?;
    let end = deadline::until(&held.assignment, held.lease_now, lease).max(held.assignment.lease_expires_at);
    let extended = task_assignments::Model {
        lease_expires_at: end,
        heartbeat_at: Some(held.lease_now),
        ..held.assignment.clone()
    };
    let assignment = held::update(tx, &held.assignment, extended).await?;
    Ok((held.item, Some(assignment)))
}
