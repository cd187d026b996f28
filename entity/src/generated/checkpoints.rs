//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::CheckpointActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "checkpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "work_item_id_seq")]
    pub work_item_id: Uuid,
    pub assignment_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    #[sea_orm(unique_key = "work_item_id_seq")]
    pub seq: i64,
    #[sea_orm(column_type = "Text")]
    pub note: String,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub data: Option<Json>,
    pub actor_type: CheckpointActorType,
    pub actor_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Assignment",
        from = "assignment_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub assignment: BelongsTo<Option<super::task_assignments::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Session",
        from = "session_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub session: BelongsTo<Option<super::work_sessions::Entity>>,
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
