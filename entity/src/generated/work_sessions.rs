//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::WorkSessionSource;
use super::sea_orm_active_enums::WorkSessionType;
use super::sea_orm_active_enums::WorkSessionStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "work_sessions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text", unique)]
    pub key: String,
    pub project_id: Option<Uuid>,
    pub agent_id: Option<Uuid>,
    pub user_id: Option<Uuid>,
    pub source: WorkSessionSource,
    pub session_type: WorkSessionType,
    pub status: WorkSessionStatus,
    pub active_work_item_id: Option<Uuid>,
    pub started_at: DateTimeUtc,
    pub resumed_at: Option<DateTimeUtc>,
    pub paused_at: Option<DateTimeUtc>,
    pub ended_at: Option<DateTimeUtc>,
    pub active_seconds: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub summary: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "ActiveWorkItem",
        from = "active_work_item_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub active_work_item: BelongsTo<Option<super::work_items::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Agent",
        from = "agent_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub agent: BelongsTo<Option<super::agent_profiles::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub project: BelongsTo<Option<super::board_projects::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "User",
        from = "user_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub user: BelongsTo<Option<super::board_users::Entity>>,
    #[sea_orm(has_many, relation_enum = "BoardArtifactsBySession", via_rel = "Session")]
    pub board_artifacts_by_session: HasMany<super::board_artifacts::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardDecisionsBySession", via_rel = "Session")]
    pub board_decisions_by_session: HasMany<super::board_decisions::Entity>,
    #[sea_orm(has_many, relation_enum = "CheckpointsBySession", via_rel = "Session")]
    pub checkpoints_by_session: HasMany<super::checkpoints::Entity>,
    #[sea_orm(has_many, relation_enum = "FileOperationsBySession", via_rel = "Session")]
    pub file_operations_by_session: HasMany<super::file_operations::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "MaintenanceOperationsBySession",
        via_rel = "Session"
    )]
    pub maintenance_operations_by_session: HasMany<
        super::maintenance_operations::Entity,
    >,
    #[sea_orm(has_many, relation_enum = "ReviewsBySession", via_rel = "Session")]
    pub reviews_by_session: HasMany<super::reviews::Entity>,
    #[sea_orm(has_many, relation_enum = "SessionEventsBySession", via_rel = "Session")]
    pub session_events_by_session: HasMany<super::session_events::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
