//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "external_refs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text", unique_key = "source_entity_type_source_id")]
    pub source: String,
    #[sea_orm(column_type = "Text", unique_key = "source_entity_type_source_id")]
    pub source_id: String,
    #[sea_orm(column_type = "Text", unique_key = "source_entity_type_source_id")]
    pub entity_type: String,
    pub entity_id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub content_sha256: String,
    pub imported_at: DateTimeUtc,
    pub created_at: DateTimeUtc,
}

impl ActiveModelBehavior for ActiveModel {}
