//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::SessionEventKind;
use super::sea_orm_active_enums::SessionEventActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "session_events")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "session_id_seq")]
    pub session_id: Uuid,
    #[sea_orm(unique_key = "session_id_seq")]
    pub seq: i64,
    pub kind: SessionEventKind,
    pub work_item_id: Option<Uuid>,
    pub actor_type: SessionEventActorType,
    pub actor_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub data: Option<Json>,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Session",
        from = "session_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub session: BelongsTo<super::work_sessions::Entity>,
    #[sea_orm(
        belongs_to,
        relation_enum = "WorkItem",
        from = "work_item_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub work_item: BelongsTo<Option<super::work_items::Entity>>,
}

impl ActiveModelBehavior for ActiveModel {}
