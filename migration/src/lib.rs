//! The schema's history: the ordered list of migrations.

pub mod columns;
#[cfg(feature = "entities")]
pub mod entities;
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

#[cfg(feature = "entities")]
pub mod scratch;

use sea_orm_migration::prelude::*;

/// Every migration, oldest first. A published one is never edited: a change is a new one at the end.
pub fn migrations() -> Vec<Box<dyn MigrationTrait>> {
    vec![
        Box::new(m20261121_000001_create_board_users::Migration),
        Box::new(m20261121_000002_create_board_projects::Migration),
        Box::new(m20261121_000003_create_sprints::Migration),
        Box::new(m20261121_000004_create_work_items::Migration),
        Box::new(m20261121_000005_create_sprint_items::Migration),
        Box::new(m20261121_000006_create_work_item_events::Migration),
        Box::new(m20261121_000007_create_idempotency_keys::Migration),
        Box::new(m20261121_000008_create_board_settings::Migration),
        Box::new(m20261121_000009_create_external_refs::Migration),
        Box::new(m20261121_000010_create_agent_profiles::Migration),
        Box::new(m20261121_000011_add_delegation_to_work_items::Migration),
        Box::new(m20261121_000012_create_ready_queue::Migration),
        Box::new(m20261121_000013_create_work_item_requirements::Migration),
        Box::new(m20261121_000014_create_task_prerequisites::Migration),
        Box::new(m20261121_000015_create_agent_capabilities::Migration),
        Box::new(m20261121_000016_create_task_assignments::Migration),
    ]
}
