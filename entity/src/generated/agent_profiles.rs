//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use super::sea_orm_active_enums::AgentProfileMode;
use super::sea_orm_active_enums::AgentProfileStatus;

#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "agent_profiles")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    #[sea_orm(column_type = "Text")]
    pub name: String,
    #[sea_orm(column_type = "Text", unique)]
    pub slug: String,
    #[sea_orm(column_type = "Text")]
    pub r#type: String,
    pub mode: AgentProfileMode,
    #[sea_orm(column_type = "Text", nullable)]
    pub description: Option<String>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub capabilities: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub constraints: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub tools: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    pub status: AgentProfileStatus,
    pub max_open_assignments: Option<i64>,
    pub created_at: DateTimeUtc,
    pub updated_at: DateTimeUtc,
    #[sea_orm(has_many, relation_enum = "AgentCapabilitiesByAgent", via_rel = "Agent")]
    pub agent_capabilities_by_agent: HasMany<super::agent_capabilities::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardDecisionsByAgent", via_rel = "Agent")]
    pub board_decisions_by_agent: HasMany<super::board_decisions::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "BoardMessagesByFromAgent",
        via_rel = "FromAgent"
    )]
    pub board_messages_by_from_agent: HasMany<super::board_messages::Entity>,
    #[sea_orm(has_many, relation_enum = "BoardMessagesByToAgent", via_rel = "ToAgent")]
    pub board_messages_by_to_agent: HasMany<super::board_messages::Entity>,
    #[sea_orm(has_many, relation_enum = "TaskAssignmentsByAgent", via_rel = "Agent")]
    pub task_assignments_by_agent: HasMany<super::task_assignments::Entity>,
    #[sea_orm(
        has_many,
        relation_enum = "TaskAssignmentsByAssignedByAgent",
        via_rel = "AssignedByAgent"
    )]
    pub task_assignments_by_assigned_by_agent: HasMany<super::task_assignments::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkSessionsByAgent", via_rel = "Agent")]
    pub work_sessions_by_agent: HasMany<super::work_sessions::Entity>,
    #[sea_orm(has_many, relation_enum = "WorkflowStepsByAgent", via_rel = "Agent")]
    pub workflow_steps_by_agent: HasMany<super::workflow_steps::Entity>,
}

impl ActiveModelBehavior for ActiveModel {}
