//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::WorkStreamType;
use super::sea_orm_active_enums::WorkStreamStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "work_streams")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "project_id_slug")]
    pub project_id: Uuid,
    #[sea_orm(column_type = "Text", unique_key = "project_id_slug")]
    pub slug: String,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    pub stream_type: WorkStreamType,
    pub status: WorkStreamStatus,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub guidance: Option<Json>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub project: BelongsTo<super::board_projects::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkStreamItemsByStream", via_rel = "Stream")]
    pub work_stream_items_by_stream: HasMany<super::work_stream_items::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkItem", via = "work_stream_items::Stream")]
    pub work_items_via_work_stream_items: HasMany<super::work_items::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
