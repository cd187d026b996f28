//! The schema's history, and what takes a database along it: the ordered list of migrations, the target and the runner.

pub mod backup;
pub mod columns;
#[cfg(feature = "entities")]
pub mod document;
#[cfg(feature = "entities")]
pub mod entities;
pub mod error;
pub mod fleet;
pub mod lint;
pub mod runner;
#[cfg(feature = "entities")]
pub mod scratch;
mod search;
mod sqlite;
mod step;
pub mod target;
pub mod verify;

mod m20261121_000001_create_board_users;
mod m20261121_000002_create_board_projects;
mod m20261121_000003_create_sprints;
mod m20261121_000004_create_work_items;
mod m20261121_000005_create_sprint_items;
mod m20261121_000006_create_work_item_events;
mod m20261121_000007_create_idempotency_keys;
mod m20261121_000008_create_board_settings;
mod m20261121_000009_create_external_refs;
mod m20261121_000010_create_agent_profiles;
mod m20261121_000011_add_delegation_to_work_items;
mod m20261121_000012_create_ready_queue;
mod m20261121_000013_create_work_item_requirements;
mod m20261121_000014_create_task_prerequisites;
mod m20261121_000015_create_agent_capabilities;
mod m20261121_000016_create_task_assignments;
mod m20261121_000018_create_workflow_templates;
mod m20261121_000019_create_workflow_runs;
mod m20261121_000020_create_workflow_steps;
mod m20261121_000021_create_workflow_step_dependencies;
mod m20261121_000022_create_workflow_outputs;
mod m20261121_000023_create_workflow_context;
mod m20261121_000024_create_workflow_events;
mod m20261121_000025_unique_user_names;
mod m20261121_000026_create_work_sessions;
mod m20261121_000027_create_session_events;
mod m20261121_000028_index_events_by_session;
mod m20261121_000029_create_file_operations;
mod m20261121_000030_create_file_verifications;
mod m20261121_000031_create_board_decisions;
mod m20261121_000032_create_decision_evolutions;
mod m20261121_000033_create_board_messages;
mod m20261121_000034_create_checkpoints;
mod m20261121_000035_create_board_search;
mod m20261121_000036_add_automation_to_work_items;
mod m20261121_000037_create_reviews;
mod m20261121_000038_create_board_artifacts;
mod m20261121_000039_create_work_streams;
mod m20261121_000040_create_work_stream_items;
mod m20261121_000041_create_maintenance_operations;
mod m20261121_000042_create_project_health_metrics;
mod m20261121_000043_create_work_item_archives;
mod m20261122_000044_index_items_by_priority;
mod m20261122_000045_index_waiting_items;
mod m20261122_000046_drop_unread_indexes;
mod m20261122_000047_store_hot_tables;
mod m20261122_000048_index_set_references;
mod m20261122_000049_index_lists_by_newest;
mod m20261122_000050_index_backoffs_by_project;
mod m20261122_000051_index_context_by_expiry;
mod m20261122_000052_index_lost_items;
mod m20261124_000053_index_inboxes;

use std::sync::LazyLock;

use sea_orm_migration::prelude::*;

pub use error::Error;
pub use sqlite::without_memory_statistics;
pub use step::{Effect, Effects, Footprint, SEARCH_TABLE, Step};

/// Pairs each migration with its committed SQL and tables, and `with EFFECTS` where it moves data. A new one needs all
/// four files: see README.md.
macro_rules! history {
    ($($module:ident $(with $effects:ident)?),* $(,)?) => {
        vec![$(Step::new(
            Box::new($module::Migration),
            include_str!(concat!("../snapshots/sqlite/", stringify!($module), ".sql")),
            include_str!(concat!("../snapshots/postgres/", stringify!($module), ".sql")),
        )
        .with_tables(
            include_str!(concat!("../snapshots/sqlite/", stringify!($module), ".tables.txt")),
            include_str!(concat!("../snapshots/postgres/", stringify!($module), ".tables.txt")),
        )
        $(.with_effects($module::$effects))?),*]
    };
}

/// Every migration, oldest first. A published one is never edited: a change is a new one at the end.
pub fn history() -> Vec<Step> {
    history![
        m20261121_000001_create_board_users,
        m20261121_000002_create_board_projects,
        m20261121_000003_create_sprints,
        m20261121_000004_create_work_items,
        m20261121_000005_create_sprint_items,
        m20261121_000006_create_work_item_events,
        m20261121_000007_create_idempotency_keys,
        m20261121_000008_create_board_settings,
        m20261121_000009_create_external_refs,
        m20261121_000010_create_agent_profiles,
        m20261121_000011_add_delegation_to_work_items,
        m20261121_000012_create_ready_queue,
        m20261121_000013_create_work_item_requirements with EFFECTS,
        m20261121_000014_create_task_prerequisites with EFFECTS,
        m20261121_000015_create_agent_capabilities with EFFECTS,
        m20261121_000016_create_task_assignments,
        m20261121_000018_create_workflow_templates,
        m20261121_000019_create_workflow_runs,
        m20261121_000020_create_workflow_steps,
        m20261121_000021_create_workflow_step_dependencies,
        m20261121_000022_create_workflow_outputs,
        m20261121_000023_create_workflow_context,
        m20261121_000024_create_workflow_events,
        m20261121_000025_unique_user_names with EFFECTS,
        m20261121_000026_create_work_sessions,
        m20261121_000027_create_session_events,
        m20261121_000028_index_events_by_session,
        m20261121_000029_create_file_operations,
        m20261121_000030_create_file_verifications,
        m20261121_000031_create_board_decisions,
        m20261121_000032_create_decision_evolutions,
        m20261121_000033_create_board_messages,
        m20261121_000034_create_checkpoints,
        m20261121_000035_create_board_search with EFFECTS,
        m20261121_000036_add_automation_to_work_items with EFFECTS,
        m20261121_000037_create_reviews,
        m20261121_000038_create_board_artifacts,
        m20261121_000039_create_work_streams,
        m20261121_000040_create_work_stream_items,
        m20261121_000041_create_maintenance_operations,
        m20261121_000042_create_project_health_metrics,
        m20261121_000043_create_work_item_archives,
        m20261122_000044_index_items_by_priority,
        m20261122_000045_index_waiting_items,
        m20261122_000046_drop_unread_indexes,
        m20261122_000047_store_hot_tables,
        m20261122_000048_index_set_references,
        m20261122_000049_index_lists_by_newest,
        m20261122_000050_index_backoffs_by_project,
        m20261122_000051_index_context_by_expiry,
        m20261122_000052_index_lost_items,
        m20261124_000053_index_inboxes,
    ]
}

/// The same, made once: what they create is read from their SQL once too.
pub(crate) fn known() -> &'static [Step] {
    static KNOWN: LazyLock<Vec<Step>> = LazyLock::new(history);
    &KNOWN
}

/// The migrations alone, oldest first.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    history().into_iter().map(Step::into_migration).collect()
}
