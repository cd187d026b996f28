//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::DecisionEvolutionKind;
use super::sea_orm_active_enums::DecisionEvolutionActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "decision_evolutions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "original_id_new_id")]
    pub original_id: Uuid,
    #[sea_orm(unique_key = "original_id_new_id")]
    pub new_id: Uuid,
    pub kind: DecisionEvolutionKind,
    #[sea_orm(column_type = "Text")]
    pub reason: String,
    pub actor_type: DecisionEvolutionActorType,
    pub actor_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "New",
        from = "new_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub new: BelongsTo<super::board_decisions::Entity>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Original",
        from = "original_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub original: BelongsTo<super::board_decisions::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
