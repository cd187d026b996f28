//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::WorkflowRunStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "workflow_runs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub workflow_name: String,
    #[sea_orm(column_type = "Text", unique)]
    pub workflow_id: String,
    pub project_id: Option<Uuid>,
    pub template_id: Option<Uuid>,
    pub status: WorkflowRunStatus,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub inputs: Option<Json>,
    pub total_steps: Option<i64>,
    pub steps_completed: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub error_message: Option<String>,
    pub started_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
    #[sea_orm(column_type = "Text", nullable)]
    pub runner_id: Option<String>,
    pub run_epoch: i64,
    pub lease_expires_at: Option<DateTimeUtc>,
    pub revision: i64,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
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
        relation_enum = "Template",
        from = "template_id",
        to = "id",
        on_delete = "Restrict"
    )]
    pub template: BelongsTo<Option<super::workflow_templates::Entity>>,
    #[sea_orm(has_many, relation_enum = "WorkflowContext", via_rel = "WorkflowRun")]
    pub workflow_context: HasMany<super::workflow_context::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowEvents", via_rel = "WorkflowRun")]
    pub workflow_events: HasMany<super::workflow_events::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowOutputs", via_rel = "WorkflowRun")]
    pub workflow_outputs: HasMany<super::workflow_outputs::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowSteps", via_rel = "WorkflowRun")]
    pub workflow_steps: HasMany<super::workflow_steps::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
