//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::WorkflowStepStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "workflow_steps")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(
        unique_key = "workflow_run_id_name_occurrence",
        unique_key = "workflow_run_id_step_number"
    )]
    pub workflow_run_id: Uuid,
    #[sea_orm(unique_key = "workflow_run_id_step_number")]
    pub step_number: i64,
    #[sea_orm(column_type = "Text", unique_key = "workflow_run_id_name_occurrence")]
    pub name: String,
    #[sea_orm(unique_key = "workflow_run_id_name_occurrence")]
    pub occurrence: i64,
    #[sea_orm(column_type = "Text")]
    pub agent_name: String,
    pub agent_id: Option<Uuid>,
    pub work_item_id: Option<Uuid>,
    pub status: WorkflowStepStatus,
    pub attempt: i64,
    pub max_attempts: i64,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub spec: Option<Json>,
    #[sea_orm(column_type = "Text", nullable)]
    pub input_summary: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub output_summary: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub output: Option<Json>,
    #[sea_orm(column_type = "Double", nullable)]
    pub execution_time_seconds: Option<f64>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub error_context: Option<Json>,
    #[sea_orm(column_type = "Text", nullable)]
    pub stack_trace: Option<String>,
    pub started_at: Option<DateTimeUtc>,
    pub completed_at: Option<DateTimeUtc>,
    pub next_attempt_at: Option<DateTimeUtc>,
    pub deadline_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
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
        relation_enum = "WorkItem",
        from = "work_item_id",
        to = "id",
        on_delete = "Restrict"
    )]
    pub work_item: BelongsTo<Option<super::work_items::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "WorkflowRun",
        from = "workflow_run_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub workflow_run: BelongsTo<super::workflow_runs::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowEventsByStep", via_rel = "Step")]
    pub workflow_events_by_step: HasMany<super::workflow_events::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowOutputsByStep", via_rel = "Step")]
    pub workflow_outputs_by_step: HasMany<super::workflow_outputs::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "WorkflowStepDependenciesByDependsOn",
        via_rel = "DependsOn"
    )]
    pub workflow_step_dependencies_by_depends_on: HasMany<
        super::workflow_step_dependencies::Entity,
    >,
    #[sea_orm(
        has_many,
        relation_enum = "WorkflowStepDependenciesByStep",
        via_rel = "Step"
    )]
    pub workflow_step_dependencies_by_step: HasMany<
        super::workflow_step_dependencies::Entity,
    >,
}

impl ActiveModelBehavior for ActiveModel {}
