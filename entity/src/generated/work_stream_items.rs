//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "work_stream_items")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub stream_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub work_item_id: Uuid,
    pub position: i64,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Stream",
        from = "stream_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub stream: BelongsTo<super::work_streams::Entity>,
    #[sea_orm(
        belongs_to,
        relation_enum = "WorkItem",
        from = "work_item_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub work_item: BelongsTo<super::work_items::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
