//! The checks over what items wait for and are part of.

use super::damage::Damage;
use super::window::Check;

pub(super) fn checks() -> Vec<Check> {
    vec![
        Check {
            damage: Damage::ParentElsewhere,
            found: "'part of ' || q.\"key\"".to_owned(),
            expected: "'part of an item of its own project'".to_owned(),
            join: "JOIN work_items q ON q.id = w.parent_id".to_owned(),
            broken: "q.project_id <> w.project_id".to_owned(),
        },
        Check {
            damage: Damage::PrerequisiteElsewhere,
            found: "'waits for ' || q.\"key\"".to_owned(),
            expected: "'items of its own project'".to_owned(),
            join: EDGE.to_owned(),
            broken: "q.project_id <> w.project_id".to_owned(),
        },
        Check {
            damage: Damage::PrerequisiteOfDone,
            found: "'waits for ' || q.\"key\" || ', which is done'".to_owned(),
            expected: "'satisfied'".to_owned(),
            join: EDGE.to_owned(),
            broken: format!("{OF_DONE} AND q.status = 'done' AND q.archived_at IS NULL"),
        },
        Check {
            damage: Damage::PrerequisiteIncomplete,
            found: "p.prerequisite_type || ', ' || p.status || ': ' || substr(p.description, 1, 100)".to_owned(),
            expected: "CASE WHEN p.prerequisite_type = 'completion_dependency' AND p.prerequisite_id IS NULL \
                THEN 'the item that it waits for' WHEN p.status = 'waived' THEN 'who waived it, and why' \
                ELSE 'the time at which it was satisfied' END"
                .to_owned(),
            join: "JOIN task_prerequisites p ON p.work_item_id = w.id".to_owned(),
            broken: "(p.prerequisite_type = 'completion_dependency' AND p.prerequisite_id IS NULL) \
                OR (p.status = 'waived' AND (p.waived_by IS NULL OR p.waiver_reason IS NULL)) \
                OR (p.status = 'satisfied' AND p.satisfied_at IS NULL)"
                .to_owned(),
        },
    ]
}

const EDGE: &str = "JOIN task_prerequisites p ON p.work_item_id = w.id JOIN work_items q ON q.id = p.prerequisite_id";

/// Edges `p` that wait for a completion.
const OF_DONE: &str = "p.prerequisite_type = 'completion_dependency' AND p.status IN ('pending', 'failed')";
