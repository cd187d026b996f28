//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "workflow_templates")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text", unique_key = "name_version")]
    pub name: String,
    #[sea_orm(unique_key = "name_version")]
    pub version: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    #[sea_orm(column_type = "JsonBinary")]
    pub definition: Json,
    #[sea_orm(column_type = "Text")]
    pub content_sha256: String,
    pub created_at: DateTimeUtc,
    #[sea_orm(has_many, relation_enum = "WorkflowRunsByTemplate", via_rel = "Template")]
    pub workflow_runs_by_template: HasMany<super::workflow_runs::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
