//! Removes a user that nothing refers to.

use callboard_entity::{
    ActorType, ReviewReviewerType, WorkItemAssigneeType, board_artifacts, board_decisions, board_messages,
    board_users as users, checkpoints, decision_evolutions, file_operations, file_verifications,
    maintenance_operations, reviews, session_events, task_assignments as assignments, work_item_archives,
    work_item_events as events, work_items, work_sessions as sessions, workflow_events,
};
use sea_orm::{ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter};
use serde::{Deserialize, Serialize};

use super::find::lock;
use crate::db::{Tx, Verb};
use crate::error::{Conflict, Result};
use crate::id::Ref;
use crate::setting;

/// How many rows of these tables say that the user made them.
macro_rules! by_user {
    ($tx:expr, $user:expr, [$($table:ident),+ $(,)?]) => {
        0 $(+ $table::Entity::find()
            .filter($table::Column::ActorType.eq(ActorType::User))
            .filter($table::Column::ActorId.eq($user.id))
            .count(&$tx.conn)
            .await?)+
    };
}

/// Removes a user, for one that was added by mistake: whoever has done anything stays, or history would not be told.
///
/// # Errors
/// `NotFound` for the user; `Conflict::InUse`, naming how many items, assignments, sessions, ledger rows, reviews and
/// settings refer to them.
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
        let sessions = sessions::Entity::find().filter(sessions::Column::UserId.eq(user.id)).count(&tx.conn).await?;
        let ledger = by_user!(
            tx,
            user,
            [
                events,
                workflow_events,
                session_events,
                file_operations,
                file_verifications,
                board_decisions,
                decision_evolutions,
                board_messages,
                checkpoints,
                board_artifacts,
                maintenance_operations,
                work_item_archives,
            ]
        );
        let reviews = reviews::Entity::find()
            .filter(reviews::Column::ReviewerType.eq(ReviewReviewerType::User))
            .filter(reviews::Column::ReviewerId.eq(user.id))
            .count(&tx.conn)
            .await?;
        let settings = setting::naming_user(tx, &user.name).await?;
        let found = [
            (items, "items"),
            (assignments, "assignments"),
            (sessions, "sessions"),
            (ledger, "ledger rows"),
            (reviews, "reviews"),
            (settings, "settings"),
        ];
        let uses: Vec<String> =
            found.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{what}: {count}")).collect();
        if !uses.is_empty() {
            let because = format!("others refer to them ({})", uses.join(", "));
            return Err(Conflict::InUse { what: format!("removing user '{}'", user.name), because }.into());
        }
        users::Entity::delete_by_id(user.id).exec(&tx.conn).await?;
        Ok(user)
    }
}
