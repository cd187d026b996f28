//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "board_settings")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "project_id_key")]
    pub project_id: Option<Uuid>,
    /// Unique among the rows of the partial index `ux_board_settings_board`.
    #[sea_orm(column_type = "Text", unique_key = "project_id_key")]
    pub key: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub value: Json,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub project: BelongsTo<Option<super::board_projects::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
