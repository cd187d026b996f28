//! Written by `migration entities generate` from the schema, @generated: never edited by hand.

pub mod agent_capabilities;
pub mod agent_profiles;
pub mod board_artifacts;
pub mod board_decisions;
pub mod board_messages;
pub mod board_projects;
pub mod board_settings;
pub mod board_users;
pub mod checkpoints;
pub mod decision_evolutions;
pub mod external_refs;
pub mod file_operations;
pub mod file_verifications;
pub mod idempotency_keys;
pub mod maintenance_operations;
pub mod project_health_metrics;
pub mod reviews;
pub mod session_events;
pub mod sprint_items;
pub mod sprints;
pub mod task_assignments;
pub mod task_prerequisites;
pub mod work_item_archives;
pub mod work_item_events;
pub mod work_item_requirements;
pub mod work_items;
pub mod work_sessions;
pub mod work_stream_items;
pub mod work_streams;
pub mod workflow_context;
pub mod workflow_events;
pub mod workflow_outputs;
pub mod workflow_runs;
pub mod workflow_step_dependencies;
pub mod workflow_steps;
pub mod workflow_templates;
mod sea_orm_active_enums;
pub use sea_orm_active_enums::*;

/// The last migration of the schema that these entities were generated from.
pub const SCHEMA_VERSION: &str = "m20261124_000053_index_inboxes";
