//! Shows a user.

use callboard_entity::{WorkItemAssigneeType, board_users as users, task_assignments as assignments, work_items};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};

use super::find;
use crate::db::dialect::open;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::{self, Counts, ItemBrief};

/// Shows a user, and what is theirs.
///
/// # Errors
/// `NotFound`, with near names.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowUser {
    /// By name or id.
    pub user: Ref,
}

/// A user, and what is theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserDetails {
    /// The row.
    pub user: users::Model,
    /// The items that are set aside for the user or held or done by them, without archived ones.
    pub items: Counts,
    /// The newest 50 of their unfinished items.
    pub unfinished: Vec<ItemBrief>,
    /// How many items they hold now.
    pub open_assignments: u64,
}

impl Query for ShowUser {
    type Output = UserDetails;

    async fn fetch(&self, tx: &Tx) -> Result<UserDetails> {
        let user = find(tx, &self.user).await?;
        let theirs = work_items::Entity::find()
            .filter(work_items::Column::AssigneeType.eq(WorkItemAssigneeType::User))
            .filter(work_items::Column::AssigneeId.eq(user.id))
            .filter(work_items::Column::ArchivedAt.is_null());
        let unfinished = theirs
            .clone()
            .filter(work_items::Column::Status.is_not_in(item::state::FINISHED.iter().copied()))
            .order_by_desc(work_items::Column::Id)
            .limit(50)
            .into_partial_model::<ItemBrief>()
            .all(&tx.conn)
            .await?;
        let open_assignments = assignments::Entity::find()
            .filter(assignments::Column::UserId.eq(user.id))
            .filter(open::assignments())
            .count(&tx.conn)
            .await?;
        Ok(UserDetails { items: item::count(tx, theirs).await?, unfinished, open_assignments, user })
    }
}
