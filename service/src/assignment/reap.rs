//! Takes back what ran out: leases of open assignments, backoffs of items that failed, steps that waited too long.

use callboard_entity::{task_assignments, work_items};
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use super::ending::{self, Ending};
use super::rows;
use super::state::{self, AssignmentEvent};
use crate::actor::Actor;
use crate::db::Tx;
use crate::error::{Error, Result};
use crate::item::ledger::Entry;
use crate::item::write;
use crate::workflow;

/// What was taken back.
#[derive(Debug, Default)]
pub(crate) struct Reaped {
    pub expired: Vec<(task_assignments::Model, work_items::Model)>,
    pub released: Vec<work_items::Model>,
    /// Keys of items that were cancelled, because the step of a workflow that waited for them timed out.
    pub timed_out: Vec<String>,
    /// What could not be read, and why: it stays as it is, and the others are taken back all the same.
    pub unread: Vec<(String, String)>,
}

impl Reaped {
    pub fn is_empty(&self) -> bool {
        self.expired.is_empty() && self.released.is_empty() && self.timed_out.is_empty()
    }
}

/// Expires up to `limit` leases and releases up to `limit` backoffs of a project, or of the whole board.
///
/// Several processes may reap at once: each takes what the others have not locked.
pub(crate) async fn reap(tx: &Tx, project: Option<Uuid>, limit: u32) -> Result<Reaped> {
    let values = || [tx.now.into(), project.into(), i64::from(limit).into()];
    let mut reaped = Reaped::default();
    for row in tx.conn.query_all_raw(tx.dialect.statement(tx.dialect.due_leases(), values())).await? {
        let id: Uuid = row.try_get("", "id")?;
        let held = match rows::hold(tx, id).await {
            Ok(held) => held,
            Err(Error::Database(error)) if error.is_undecodable() => {
                reaped.unread.push((format!("assignment {id}"), error.to_string()));
                continue;
            }
            Err(error) => return Err(error),
        };
        // Judged again under the lock: a heartbeat may have come between.
        let due = held.assignment.lease_expires_at.is_some_and(|end| end <= held.lease_now);
        if due && state::next(held.assignment.status, AssignmentEvent::Expire).is_some() {
            reaped.expired.push(ending::end(tx, &held, Ending::Expired).await?);
        }
    }
    reaped.timed_out = workflow::time_out(tx, project, limit).await?;
    for row in tx.conn.query_all_raw(tx.dialect.statement(tx.dialect.due_backoffs(), values())).await? {
        let item = match work_items::Model::from_query_result(&row, "") {
            Ok(item) => item,
            Err(error) => {
                let key = row.try_get("", "key").unwrap_or_else(|_| "an item".to_owned());
                reaped.unread.push((key, Error::from(error).to_string()));
                continue;
            }
        };
        let mut after = item.clone();
        after.available_at = None;
        reaped.released.push(write::update(tx, &item, after, Entry::new("released").by(Actor::SYSTEM)).await?);
    }
    Ok(reaped)
}
