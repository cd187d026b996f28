//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::FileVerificationStatus;
use super::sea_orm_active_enums::FileVerificationActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "file_verifications")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub operation_id: Uuid,
    pub file_exists: bool,
    pub content_matches: Option<bool>,
    pub size_matches: Option<bool>,
    pub is_regular_file: Option<bool>,
    pub status: FileVerificationStatus,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub errors: Option<Json>,
    pub actor_type: FileVerificationActorType,
    pub actor_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Operation",
        from = "operation_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub operation: BelongsTo<super::file_operations::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
