//! Removes a user that nothing refers to.

use callboard_entity::{
    ActorType, WorkItemAssigneeType, board_users as users, task_assignments as assignments, work_item_events as events,
    work_items, workflow_events,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::find::lock;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result};
use crate::id::Ref;
use crate::setting;

/// Removes a user, for one that was added by mistake: whoever has done anything stays, or history would not be told.
///
/// # Errors
/// `NotFound` for the user; `Conflict::InUse`, naming how many items, assignments, ledger rows and settings refer to
/// them.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RemoveUser {
    /// By name or id.
    pub user: Ref,
}

impl Verb for RemoveUser {
    /// The user as they were.
    type Output = users::Model;

    async fn apply(&self, tx: &Tx) -> Result<users::Model> {
        let user = lock(tx, &self.user).await?;
        let items = work_items::Entity::find()
            .filter(work_items::Column::AssigneeType.eq(WorkItemAssigneeType::User))
            .filter(work_items::Column::AssigneeId.eq(user.id))
            .count(&tx.conn)
            .await?;
        let held = Condition::any()
            .add(assignments::Column::UserId.eq(user.id))
            .add(assignments::Column::AssignedBy.eq(user.id));
        let assignments = assignments::Entity::find().filter(held).count(&tx.conn).await?;
        let ledger = events::Entity::find()
            .filter(events::Column::ActorType.eq(ActorType::User))
            .filter(events::Column::ActorId.eq(user.id))
            .count(&tx.conn)
            .await?;
        let runs = workflow_events::Entity::find()
            .filter(workflow_events::Column::ActorType.eq(ActorType::User))
            .filter(workflow_events::Column::ActorId.eq(user.id))
            .count(&tx.conn)
            .await?;
        let settings = setting::naming_user(tx, &user.name).await?;
        let uses: Vec<String> =
            [(items, "items"), (assignments, "assignments"), (ledger + runs, "ledger rows"), (settings, "settings")]
                .into_iter()
                .filter(|(count, _)| *count > 0)
                .map(|(count, what)| format!("{what}: {count}"))
                .collect();
        if !uses.is_empty() {
            let because = format!("others refer to them ({})", uses.join(", "));
            return Err(Conflict::InUse { what: format!("removing user '{}'", user.name), because }.into());
        }
        users::Entity::delete_by_id(user.id).exec(&tx.conn).await?;
        Ok(user)
    }
}
