//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::ActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "workflow_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "workflow_run_id_revision")]
    pub workflow_run_id: Uuid,
    #[sea_orm(unique_key = "workflow_run_id_revision")]
    pub revision: i64,
    pub step_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub kind: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub from_status: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub to_status: Option<String>,
    pub actor_type: ActorType,
    pub actor_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", nullable)]
    pub runner_id: Option<String>,
    pub run_epoch: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub data: Option<Json>,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Step",
        from = "step_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub step: BelongsTo<Option<super::workflow_steps::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "WorkflowRun",
        from = "workflow_run_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub workflow_run: BelongsTo<super::workflow_runs::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
