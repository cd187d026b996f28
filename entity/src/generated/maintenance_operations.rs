//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::MaintenanceOperationType;
use super::sea_orm_active_enums::MaintenanceOperationScope;
use super::sea_orm_active_enums::MaintenanceOperationValidationLevel;
use super::sea_orm_active_enums::MaintenanceOperationExecutionStatus;
use super::sea_orm_active_enums::MaintenanceOperationActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "maintenance_operations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Option<Uuid>,
    pub operation_type: MaintenanceOperationType,
    pub scope: MaintenanceOperationScope,
    pub validation_level: MaintenanceOperationValidationLevel,
    pub target_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub dry_run: bool,
    pub execution_status: MaintenanceOperationExecutionStatus,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub results: Option<Json>,
    pub auto_resolution_attempted: bool,
    pub started_at: Option<DateTimeUtc>,
    pub lease_expires_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub cursor: Option<Json>,
    #[sea_orm(column_type = "Text", nullable)]
    pub error: Option<String>,
    pub completed_at: Option<DateTimeUtc>,
    pub actor_type: MaintenanceOperationActorType,
    pub actor_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub project: BelongsTo<Option<super::board_projects::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Session",
        from = "session_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub session: BelongsTo<Option<super::work_sessions::Entity>>,
    #[sea_orm(
        has_many,
        relation_enum = "WorkItemArchivesByOperation",
        via_rel = "Operation"
    )]
    pub work_item_archives_by_operation: HasMany<super::work_item_archives::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
