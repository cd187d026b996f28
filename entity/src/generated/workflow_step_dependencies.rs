//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "workflow_step_dependencies")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub step_id: Uuid,
    #[sea_orm(primary_key, auto_increment = false)]
    pub depends_on_id: Uuid,
    pub created_at: DateTimeUtc,
    #[sea_orm(
        belongs_to,
        relation_enum = "DependsOn",
        from = "depends_on_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub depends_on: BelongsTo<super::workflow_steps::Entity>,
    #[sea_orm(
        belongs_to,
        relation_enum = "Step",
        from = "step_id",
        to = "id",
        on_delete = "Cascade"
    )]
    pub step: BelongsTo<super::workflow_steps::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
