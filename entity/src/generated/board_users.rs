//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "board_users")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text", unique)]
    pub name: String,
    #[sea_orm(column_type = "Text", nullable, unique)]
    pub email: Option<String>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(
        has_many,
        relation_enum = "TaskAssignmentsByAssignedByUser",
        via_rel = "AssignedByUser"
    )]
    pub task_assignments_by_assigned_by_user: HasMany<super::task_assignments::Entity>,
    #[sea_orm(has_many, relation_enum = "TaskAssignments", via_rel = "User")]
    pub task_assignments: HasMany<super::task_assignments::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkSessions", via_rel = "User")]
    pub work_sessions: HasMany<super::work_sessions::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
