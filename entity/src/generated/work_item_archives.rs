//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::WorkItemArchiveReason;
use super::sea_orm_active_enums::WorkItemArchiveActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "work_item_archives")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Uuid,
    #[sea_orm(unique)]
    pub item_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub item_key: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub reason: WorkItemArchiveReason,
    #[sea_orm(column_type = "JsonBinary")]
    pub content: Json,
    #[sea_orm(column_type = "Text")]
    pub content_sha256: String,
    pub row_count: i64,
    pub restorable: bool,
    pub operation_id: Option<Uuid>,
    pub actor_type: WorkItemArchiveActorType,
    pub actor_id: Option<Uuid>,
    pub expires_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Operation",
        from = "operation_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub operation: BelongsTo<Option<super::maintenance_operations::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub project: BelongsTo<super::board_projects::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
