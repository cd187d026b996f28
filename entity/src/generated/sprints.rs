//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::SprintStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "sprints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "project_id_code")]
    pub project_id: Uuid,
    #[sea_orm(column_type = "Text", unique_key = "project_id_code")]
    pub code: String,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub goal: Option<String>,
    pub status: SprintStatus,
    pub starts_on: Option<Date>,
    pub ends_on: Option<Date>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
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
    #[sea_orm(has_many, relation_enum = "SprintItems", via_rel = "Sprint")]
    pub sprint_items: HasMany<super::sprint_items::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkItem", via = "sprint_items::Sprint")]
    pub work_items_via_sprint_items: HasMany<super::work_items::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
