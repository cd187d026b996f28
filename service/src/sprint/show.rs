//! Shows a sprint with its items in order.

use callboard_entity::{WorkItemAssigneeType, sprint_items as rows, sprints, work_items};
use rust_decimal::Decimal;
use sea_orm::{
    ColumnTrait, EntityTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder, QuerySelect, RelationTrait,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::find;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::item::{Counts, ItemBrief};
use crate::names::names;
use crate::project;

/// Shows a sprint, its items in order, and their numbers: six statements, whatever the items.
///
/// # Errors
/// `NotFound` for the project or the sprint.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ShowSprint {
    /// The project of the sprint, by slug or id; needed only where a code is that of sprints in several projects.
    pub project: Option<Ref>,
    /// By code or id.
    pub sprint: Ref,
}

/// A sprint and what is planned for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SprintDetails {
    /// The row.
    pub sprint: sprints::Model,
    /// Its items, by status.
    pub counts: Counts,
    /// Its items, in the order of the plan.
    pub items: Vec<PlannedItem>,
}

/// An item in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlannedItem {
    /// From 1, without gaps.
    pub position: i64,
    /// When it was added to the sprint.
    pub added_at: Timestamp,
    /// The item.
    #[serde(flatten)]
    pub item: ItemBrief,
    /// `agent:SLUG` or `user:NAME`.
    pub assignee: Option<String>,
    /// How long it should take, in hours.
    pub estimated_hours: Option<Decimal>,
    /// How long it took, in hours.
    pub actual_hours: Option<Decimal>,
    /// Whether the item is archived; it keeps its place.
    pub archived: bool,
}

impl Query for ShowSprint {
    type Output = SprintDetails;

    async fn fetch(&self, tx: &Tx) -> Result<SprintDetails> {
        let sprint = by_name(tx, self.project.as_ref(), &self.sprint).await?;
        let planned = planned(tx, sprint.id).await?;
        let names = names(tx, planned.iter().filter_map(Planned::assignee)).await?;
        let mut counts = Counts::default();
        let items = planned.into_iter().map(|row| {
            counts.add(row.item.status, row.item.delegation_status, 1);
            PlannedItem {
                position: row.position,
                added_at: row.added_at,
                assignee: row.assignee_id.and_then(|id| names.get(&id).cloned()),
                estimated_hours: row.estimated_hours,
                actual_hours: row.actual_hours,
                archived: row.archived_at.is_some(),
                item: row.item,
            }
        });
        let items = items.collect();
        Ok(SprintDetails { sprint, counts, items })
    }
}

/// A sprint by the names that a request gives.
pub(super) async fn by_name(tx: &Tx, project: Option<&Ref>, sprint: &Ref) -> Result<sprints::Model> {
    let project = match project {
        Some(name) => Some(project::find(tx, name).await?.id),
        None => None,
    };
    find(tx, project, sprint).await
}

/// An item of a sprint as it is read.
#[derive(Clone, Debug, FromQueryResult)]
pub(super) struct Planned {
    pub position: i64,
    pub added_at: Timestamp,
    #[sea_orm(nested)]
    pub item: ItemBrief,
    pub assignee_type: Option<WorkItemAssigneeType>,
    pub assignee_id: Option<Uuid>,
    pub estimated_hours: Option<Decimal>,
    pub actual_hours: Option<Decimal>,
    pub completed_at: Option<Timestamp>,
    pub archived_at: Option<Timestamp>,
}

impl Planned {
    pub fn assignee(&self) -> Option<(WorkItemAssigneeType, Uuid)> {
        self.assignee_type.zip(self.assignee_id)
    }
}

/// The items of a sprint in order: one statement.
pub(super) async fn planned(tx: &Tx, sprint: Uuid) -> Result<Vec<Planned>> {
    use work_items::Column as Item;
    let query = rows::Entity::find()
        .select_only()
        .column(rows::Column::Position)
        .column_as(rows::Column::CreatedAt, "added_at")
        .columns([
            Item::Id,
            Item::Key,
            Item::Type,
            Item::Title,
            Item::Status,
            Item::DelegationStatus,
            Item::Priority,
            Item::AssigneeType,
            Item::AssigneeId,
            Item::EstimatedHours,
            Item::ActualHours,
            Item::CompletedAt,
            Item::ArchivedAt,
        ])
        .join(JoinType::InnerJoin, rows::Relation::WorkItem.def())
        .filter(rows::Column::SprintId.eq(sprint))
        .order_by_asc(rows::Column::Position)
        .order_by_asc(rows::Column::WorkItemId);
    Ok(query.into_model::<Planned>().all(&tx.conn).await?)
}
