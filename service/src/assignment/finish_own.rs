//! A person's short way: this item of mine is done.

use callboard_entity::{TaskAssignmentStatus, WorkItemAssigneeType, WorkItemStatus};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::assign::{Assign, Holder};
use super::complete::{Complete, Completed};
use super::resume::Resume;
use super::rows;
use super::start::Start;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Error, Result};
use crate::gate::GateReport;
use crate::id::Ref;
use crate::item;

/// Finishes an item that is the acting user's own, or nobody's: takes, starts and completes it in one transaction.
///
/// What an agent holds, or another person, is refused: only the holder's assignment id opens that.
///
/// # Errors
/// `Held` naming the open assignment of somebody else; `Invalid` where no user acts; `NotAssignable` for an item that
/// is not ready; else as [`Complete`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinishOwn {
    /// By key or id.
    pub item: Ref,
    /// Kept with the assignment; at most 1 MiB.
    pub notes: Option<String>,
    /// As in [`super::Complete`].
    pub actual_hours: Option<Decimal>,
    /// As in [`super::Complete`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub force: Option<String>,
}

impl Verb for FinishOwn {
    type Output = Completed;

    async fn apply(&self, tx: &Tx) -> Result<Completed> {
        let Some(user) = tx.actor.user_id() else {
            let rule = "must be a user: an agent names its assignment (--assignment ID)";
            return Err(Error::invalid("actor", tx.actor.key(), rule));
        };
        let found = item::lock(tx, &self.item).await?;
        let assignment = match rows::open_of(tx, &found).await? {
            Some(open) if open.user_id == Some(user) => {
                match open.status {
                    TaskAssignmentStatus::Assigned => {
                        Start { assignment: open.id, lease_seconds: None }.apply(tx).await?;
                    }
                    TaskAssignmentStatus::Paused => {
                        Resume { assignment: open.id, lease_seconds: None }.apply(tx).await?;
                    }
                    _ => {}
                }
                open.id
            }
            Some(open) => {
                return Err(Conflict::Held {
                    item: found.key,
                    assignment: open.id,
                    status: open.status.as_str().to_owned(),
                }
                .into());
            }
            None => {
                if let Some(done) = self.already(tx, &found, user).await? {
                    return Ok(done);
                }
                let assign = Assign {
                    item: Ref::Id(found.id),
                    holder: Holder::User(Ref::Id(user)),
                    accept_seconds: None,
                    context: None,
                    notes: None,
                };
                let assigned = assign.apply(tx).await?;
                Start { assignment: assigned.assignment.id, lease_seconds: None }.apply(tx).await?;
                assigned.assignment.id
            }
        };
        let notes = self.notes.clone();
        Complete { assignment, notes, actual_hours: self.actual_hours, result: None, force: self.force.clone() }
            .apply(tx)
            .await
    }
}

impl FinishOwn {
    /// The user's own completed assignment of an item that is done, or in review: a repeat changes nothing.
    async fn already(
        &self,
        tx: &Tx,
        found: &callboard_entity::work_items::Model,
        user: uuid::Uuid,
    ) -> Result<Option<Completed>> {
        use callboard_entity::task_assignments as assignments;
        use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
        let own = (Some(WorkItemAssigneeType::User), Some(user));
        let is_over = found.completed_at.is_some() || found.status == WorkItemStatus::Review;
        if (found.assignee_type, found.assignee_id) != own || !is_over {
            return Ok(None);
        }
        let last = assignments::Entity::find()
            .filter(assignments::Column::WorkItemId.eq(found.id))
            .filter(assignments::Column::UserId.eq(user))
            .filter(assignments::Column::Status.eq(TaskAssignmentStatus::Completed))
            .order_by_desc(assignments::Column::Id)
            .one(&tx.conn)
            .await?;
        Ok(last.map(|assignment| Completed {
            assignment,
            item: found.clone(),
            already: true,
            unblocked: Vec::new(),
            gate: GateReport::default(),
        }))
    }
}
