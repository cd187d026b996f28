//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::TaskPrerequisiteType;
use super::sea_orm_active_enums::TaskPrerequisiteStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task_prerequisites")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique among the rows of the partial index `ux_task_prerequisites_edge`.
    pub work_item_id: Uuid,
    /// Unique among the rows of the partial index `ux_task_prerequisites_edge`.
    pub prerequisite_id: Option<Uuid>,
    pub prerequisite_type: TaskPrerequisiteType,
    #[sea_orm(column_type = "Text")]
    pub description: String,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub validation_criteria: Option<Json>,
    pub is_mandatory: bool,
    pub is_auto_resolvable: bool,
    pub status: TaskPrerequisiteStatus,
    pub satisfied_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub waived_by: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub waiver_reason: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Prerequisite",
        from = "prerequisite_id",
        to = "id",
        on_delete = "Restrict"
    )]
    pub prerequisite: BelongsTo<Option<super::work_items::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "WorkItem",
        from = "work_item_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub work_item: BelongsTo<super::work_items::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
