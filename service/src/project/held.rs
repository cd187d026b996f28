//! The open assignments of a project, or of the board.

use crate::db::dialect::open;
use callboard_entity::{task_assignments as assignments, work_items};
use sea_orm::{ColumnTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, RelationTrait, Select};
use uuid::Uuid;

/// The open assignments of items of a project, or of all items where none is named.
pub(super) fn of(project: Option<Uuid>) -> Select<assignments::Entity> {
    let open = assignments::Entity::find().filter(open::assignments());
    match project {
        Some(id) => open
            .join(JoinType::InnerJoin, assignments::Relation::WorkItem.def())
            .filter(work_items::Column::ProjectId.eq(id)),
        None => open,
    }
}
