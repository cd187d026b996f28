//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::MessageKind;
use super::sea_orm_active_enums::MessageActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "board_messages")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub project_id: Uuid,
    pub thread_id: Option<Uuid>,
    pub kind: MessageKind,
    pub from_agent_id: Option<Uuid>,
    pub to_agent_id: Option<Uuid>,
    pub work_item_id: Option<Uuid>,
    #[sea_orm(column_type = "JsonBinary")]
    pub body: Json,
    pub actor_type: MessageActorType,
    pub actor_id: Option<Uuid>,
    pub read_at: Option<DateTimeUtc>,
    pub acknowledged_at: Option<DateTimeUtc>,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "FromAgent",
        from = "from_agent_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub from_agent: BelongsTo<Option<super::agent_profiles::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub project: BelongsTo<super::board_projects::Entity>,
    #[sea_orm(
        self_ref,
        relation_enum = "Thread",
        relation_reverse = "BoardMessagesByThread",
        from = "thread_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub thread: BelongsTo<Option<Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "ToAgent",
        from = "to_agent_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub to_agent: BelongsTo<Option<super::agent_profiles::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "WorkItem",
        from = "work_item_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub work_item: BelongsTo<Option<super::work_items::Entity>>,
    #[sea_orm(
        self_ref,
        relation_enum = "BoardMessagesByThread",
        relation_reverse = "Thread"
    )]
    pub board_messages_by_thread: HasMany<Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
