//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "workflow_context")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub workflow_run_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub agent_key: String,
    #[sea_orm(primary_key, auto_increment = false, column_type = "Text")]
    pub context_key: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub value: Json,
    pub expires_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
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
