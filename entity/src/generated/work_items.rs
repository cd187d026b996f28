//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::WorkItemType;
use super::sea_orm_active_enums::WorkItemStatus;
use super::sea_orm_active_enums::WorkItemAssigneeType;
use super::sea_orm_active_enums::WorkItemDelegationStatus;
use super::sea_orm_active_enums::WorkItemQualityGateLevel;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "work_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Uuid,
    pub parent_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", unique)]
    pub key: String,
    pub r#type: WorkItemType,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub acceptance_criteria: Option<Json>,
    pub status: WorkItemStatus,
    pub priority: i64,
    pub assignee_type: Option<WorkItemAssigneeType>,
    pub assignee_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub tags: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    pub due_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
    pub archived_at: Option<DateTimeUtc>,
    pub revision: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(default_value = "unassigned")]
    pub delegation_status: WorkItemDelegationStatus,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub delegation_context: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub delegation_history: Option<Json>,
    #[sea_orm(column_type = "Decimal(Some((8, 2)))", nullable)]
    pub estimated_hours: Option<Decimal>,
    #[sea_orm(column_type = "Decimal(Some((8, 2)))", nullable)]
    pub actual_hours: Option<Decimal>,
    #[sea_orm(default_value = 0)]
    pub unmet_prerequisites: i64,
    #[sea_orm(default_value = 0)]
    pub attempt_count: i64,
    #[sea_orm(default_value = 3)]
    pub max_attempts: i64,
    #[sea_orm(column_type = "Text", default_value = "")]
    pub requirement_key: String,
    pub available_at: Option<DateTimeUtc>,
    pub dead_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub blocked_reason: Option<String>,
    pub last_activity_at: Option<DateTimeUtc>,
    #[sea_orm(default_value = false)]
    pub prerequisite_satisfaction_required: bool,
    #[sea_orm(default_value = true)]
    pub auto_maintenance_enabled: bool,
    #[sea_orm(default_value = "standard")]
    pub quality_gate_level: WorkItemQualityGateLevel,
    #[sea_orm(
        self_ref,
        relation_enum = "Parent",
        relation_reverse = "WorkItemsByParent",
        from = "parent_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub parent: BelongsTo<Option<Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "Restrict"
    )]
    pub project: BelongsTo<super::board_projects::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardArtifacts", via_rel = "WorkItem")]
    pub board_artifacts: HasMany<super::board_artifacts::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardDecisions", via_rel = "WorkItem")]
    pub board_decisions: HasMany<super::board_decisions::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardMessages", via_rel = "WorkItem")]
    pub board_messages: HasMany<super::board_messages::Entity>,
    #[sea_orm(has_many, relation_enum = "Checkpoints", via_rel = "WorkItem")]
    pub checkpoints: HasMany<super::checkpoints::Entity>,
    #[sea_orm(has_many, relation_enum = "FileOperations", via_rel = "WorkItem")]
    pub file_operations: HasMany<super::file_operations::Entity>,
    #[sea_orm(has_many, relation_enum = "Reviews", via_rel = "WorkItem")]
    pub reviews: HasMany<super::reviews::Entity>,
    #[sea_orm(has_many, relation_enum = "SessionEvents", via_rel = "WorkItem")]
    pub session_events: HasMany<super::session_events::Entity>,
    #[sea_orm(has_many, relation_enum = "SprintItems", via_rel = "WorkItem")]
    pub sprint_items: HasMany<super::sprint_items::Entity>,
    #[sea_orm(has_many, relation_enum = "TaskAssignments", via_rel = "WorkItem")]
    pub task_assignments: HasMany<super::task_assignments::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "TaskPrerequisitesByPrerequisite",
        via_rel = "Prerequisite"
    )]
    pub task_prerequisites_by_prerequisite: HasMany<super::task_prerequisites::Entity>,
    #[sea_orm(has_many, relation_enum = "TaskPrerequisites", via_rel = "WorkItem")]
    pub task_prerequisites: HasMany<super::task_prerequisites::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkItemEvents", via_rel = "WorkItem")]
    pub work_item_events: HasMany<super::work_item_events::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkItemRequirements", via_rel = "WorkItem")]
    pub work_item_requirements: HasMany<super::work_item_requirements::Entity>,
    #[sea_orm(
        self_ref,
        relation_enum = "WorkItemsByParent",
        relation_reverse = "Parent"
    )]
    pub work_items_by_parent: HasMany<Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "WorkSessionsByActiveWorkItem",
        via_rel = "ActiveWorkItem"
    )]
    pub work_sessions_by_active_work_item: HasMany<super::work_sessions::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkStreamItems", via_rel = "WorkItem")]
    pub work_stream_items: HasMany<super::work_stream_items::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowSteps", via_rel = "WorkItem")]
    pub workflow_steps: HasMany<super::workflow_steps::Entity>,
    #[sea_orm(has_many, relation_enum = "Sprint", via = "sprint_items::WorkItem")]
    pub sprints_via_sprint_items: HasMany<super::sprints::Entity>,
    #[sea_orm(has_many, relation_enum = "Stream", via = "work_stream_items::WorkItem")]
    pub work_streams_via_work_stream_items: HasMany<super::work_streams::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
