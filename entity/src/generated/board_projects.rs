//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::ProjectStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "board_projects")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text", unique)]
    pub slug: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text", unique)]
    pub key_prefix: String,
    pub next_item_number: i64,
    pub next_decision_number: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub root_path: Option<String>,
    pub status: ProjectStatus,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(has_many, relation_enum = "BoardDecisions", via_rel = "Project")]
    pub board_decisions: HasMany<super::board_decisions::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardMessages", via_rel = "Project")]
    pub board_messages: HasMany<super::board_messages::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardSettings", via_rel = "Project")]
    pub board_settings: HasMany<super::board_settings::Entity>,
    #[sea_orm(has_many, relation_enum = "MaintenanceOperations", via_rel = "Project")]
    pub maintenance_operations: HasMany<super::maintenance_operations::Entity>,
    #[sea_orm(has_many, relation_enum = "ProjectHealthMetrics", via_rel = "Project")]
    pub project_health_metrics: HasMany<super::project_health_metrics::Entity>,
    #[sea_orm(has_many, relation_enum = "Sprints", via_rel = "Project")]
    pub sprints: HasMany<super::sprints::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkItemArchives", via_rel = "Project")]
    pub work_item_archives: HasMany<super::work_item_archives::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkItems", via_rel = "Project")]
    pub work_items: HasMany<super::work_items::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkSessions", via_rel = "Project")]
    pub work_sessions: HasMany<super::work_sessions::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkStreams", via_rel = "Project")]
    pub work_streams: HasMany<super::work_streams::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowRuns", via_rel = "Project")]
    pub workflow_runs: HasMany<super::workflow_runs::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
