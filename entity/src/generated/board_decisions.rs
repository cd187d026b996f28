//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::DecisionCategory;
use super::sea_orm_active_enums::DecisionImpact;
use super::sea_orm_active_enums::DecisionStatus;
use super::sea_orm_active_enums::DecisionImplementationStatus;
use super::sea_orm_active_enums::DecisionActorType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "board_decisions")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(unique_key = "project_id_number")]
    pub project_id: Uuid,
    #[sea_orm(unique_key = "project_id_number")]
    pub number: i64,
    pub work_item_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub agent_id: Option<Uuid>,
    #[sea_orm(column_type = "Text")]
    pub title: String,
    pub category: DecisionCategory,
    pub impact: DecisionImpact,
    pub status: DecisionStatus,
    #[sea_orm(column_type = "Text", nullable)]
    pub problem: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub context: Option<String>,
    #[sea_orm(column_type = "Text")]
    pub decision: String,
    #[sea_orm(column_type = "Text")]
    pub rationale: String,
    #[sea_orm(column_type = "Text", nullable)]
    pub implementation_approach: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub alternatives: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub trade_offs: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub risks: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub mitigations: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub success_criteria: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub affected_files: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub affected_components: Option<Json>,
    pub implementation_status: DecisionImplementationStatus,
    #[sea_orm(column_type = "Text", nullable)]
    pub outcome: Option<String>,
    #[sea_orm(column_type = "Text", nullable)]
    pub lessons: Option<String>,
    pub review_at: Option<DateTimeUtc>,
    pub actor_type: DecisionActorType,
    pub actor_id: Option<Uuid>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "Agent",
        from = "agent_id",
        to = "id",
        on_delete = "SetNull"
    )]
    pub agent: BelongsTo<Option<super::agent_profiles::Entity>>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Project",
        from = "project_id",
        to = "id",
        on_delete = "Restrict"
    )]
    pub project: BelongsTo<super::board_projects::Entity>,
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
        on_delete = "SetNull"
    )]
    pub work_item: BelongsTo<Option<super::work_items::Entity>>,
    #[sea_orm(has_many, relation_enum = "DecisionEvolutionsByNew", via_rel = "New")]
    pub decision_evolutions_by_new: HasMany<super::decision_evolutions::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "DecisionEvolutionsByOriginal",
        via_rel = "Original"
    )]
    pub decision_evolutions_by_original: HasMany<super::decision_evolutions::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
