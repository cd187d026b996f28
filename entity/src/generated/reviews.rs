//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::ReviewVerdict;
use super::sea_orm_active_enums::ReviewReviewerType;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "reviews")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub work_item_id: Uuid,
    pub assignment_id: Option<Uuid>,
    pub session_id: Option<Uuid>,
    pub verdict: ReviewVerdict,
    pub reviewer_type: ReviewReviewerType,
    pub reviewer_id: Uuid,
    #[sea_orm(column_type = "Text", nullable)]
    pub reason: Option<String>,
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
