//! Boards of other trackers, and export.

mod beads;
mod beads_again;
mod beads_awkward;
mod callboard;

use std::fmt::Write;

use sea_orm::{DatabaseConnection, EntityTrait};

/// Every row of every table of the board, to compare.
pub async fn rows(raw: &DatabaseConnection) -> String {
    use callboard_service::entity as e;
    let mut all = String::new();
    macro_rules! tables {
        ($($table:ident)+) => {$({
            let mut rows: Vec<String> = e::$table::Entity::find()
                .into_json()
                .all(raw)
                .await
                .unwrap_or_else(|error| panic!("{}: {error}", stringify!($table)))
                .iter()
                .map(ToString::to_string)
                .collect();
            rows.sort();
            for row in rows {
                writeln!(all, "{} {row}", stringify!($table)).expect("write to a text");
            }
        })+};
    }
    tables!(board_users board_projects board_settings agent_profiles agent_capabilities sprints sprint_items work_items);
    tables!(work_item_requirements task_prerequisites task_assignments work_item_events external_refs idempotency_keys);
    tables!(workflow_templates workflow_runs workflow_steps workflow_step_dependencies workflow_outputs);
    tables!(workflow_context workflow_events);
    tables!(work_sessions session_events);
    tables!(file_operations file_verifications);
    tables!(board_decisions decision_evolutions);
    tables!(board_messages checkpoints);
    tables!(reviews board_artifacts work_streams work_stream_items);
    tables!(maintenance_operations project_health_metrics work_item_archives);
    all
}
