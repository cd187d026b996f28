//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::TaskAssignmentStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "task_assignments")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Unique among the rows of the partial index `ux_task_assignments_open`.
    pub work_item_id: Uuid,
    pub agent_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    pub assigned_by: Option<Uuid>,
    pub assigned_by_agent_id: Option<Uuid>,
    pub assigned_at: DateTimeUtc,
    pub started_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
    pub status: TaskAssignmentStatus,
    pub attempt: i64,
    pub lease_expires_at: Option<DateTimeUtc>,
    pub heartbeat_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub notes: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub context: Option<Json>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Agent",
        from = "agent_id",
        to = "id",
        on_delete = "Restrict"
    )]
    pub agent: BelongsTo<Option<super::agent_profiles::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "AssignedByUser",
        from = "assigned_by",
        to = "id",
        on_delete = "SetNull"
    )]
    pub assigned_by_user: BelongsTo<Option<super::board_users::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "AssignedByAgent",
        from = "assigned_by_agent_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub assigned_by_agent: BelongsTo<Option<super::agent_profiles::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "User",
        from = "user_id",
        to = "id",
        on_delete = "Restrict"
    )]
    pub user: BelongsTo<Option<super::board_users::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "WorkItem",
        from = "work_item_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub work_item: BelongsTo<super::work_items::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "BoardArtifactsByAssignment",
        via_rel = "Assignment"
    )]
    pub board_artifacts_by_assignment: HasMany<super::board_artifacts::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "CheckpointsByAssignment",
        via_rel = "Assignment"
    )]
    pub checkpoints_by_assignment: HasMany<super::checkpoints::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "FileOperationsByAssignment",
        via_rel = "Assignment"
    )]
    pub file_operations_by_assignment: HasMany<super::file_operations::Entity>,
    #[sea_orm(has_many, relation_enum = "ReviewsByAssignment", via_rel = "Assignment")]
    pub reviews_by_assignment: HasMany<super::reviews::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
