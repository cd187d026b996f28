//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::FileOperationOperation;
use super::sea_orm_active_enums::FileOperationVerificationStatus;
use super::sea_orm_active_enums::FileOperationActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "file_operations")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub work_item_id: Uuid,
    pub assignment_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub operation: FileOperationOperation,
    #[sea_orm(column_type = "Text")]
    pub path: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub new_path: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub content_hash: Option<String>,
    pub size_bytes: Option<i64>,
    #[sea_orm(column_type = "Text", nullable)]
    pub rationale: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub file_metadata: Option<Json>,
    pub verification_status: FileOperationVerificationStatus,
    pub actor_type: FileOperationActorType,
    pub actor_id: Option<Uuid>,
    pub occurred_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
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
    #[sea_orm(
        has_many,
        relation_enum = "FileVerificationsByOperation",
        via_rel = "Operation"
    )]
    pub file_verifications_by_operation: HasMany<super::file_verifications::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
