//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::ArtifactType;
use super::sea_orm_active_enums::ArtifactActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "board_artifacts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "work_item_id_name_version")]
    pub work_item_id: Uuid,
    pub assignment_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    #[sea_orm(column_type = "Text", unique_key = "work_item_id_name_version")]
    pub name: String,
    pub artifact_type: ArtifactType,
    #[sea_orm(unique_key = "work_item_id_name_version")]
    pub version: i64,
    #[sea_orm(column_type = "Text")]
    pub content_hash: String,
    pub size_bytes: i64,
    #[sea_orm(column_type = "Text", nullable)]
    pub mime_type: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub content: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub path: Option<String>,
    pub previous_version_id: Option<Uuid>,
    pub actor_type: ArtifactActorType,
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
        self_ref,
        relation_enum = "PreviousVersion",
        relation_reverse = "BoardArtifactsByPreviousVersion",
        from = "previous_version_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub previous_version: BelongsTo<Option<Entity>>,
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
    #[sea_orm(
        self_ref,
        relation_enum = "BoardArtifactsByPreviousVersion",
        relation_reverse = "PreviousVersion"
    )]
    pub board_artifacts_by_previous_version: HasMany<Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
