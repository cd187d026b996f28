//! Completing many assignments as one statement, for PostgreSQL: [`super::ending`] for a list of them.

use std::sync::LazyLock;

use callboard_entity::{task_assignments, work_items};

use super::Dialect;
use super::ending::{HISTORY, STATUS};
use crate::db::listed::{columns, columns_as, columns_named};

impl Dialect {
    /// Completes the assignments of a list that need no further look, and gives those that it completed. Their items are
    /// locked before, by a statement of its own.
    ///
    /// 1 the list as JSON, each an array of assignment, id of the ledger row, notes or null, the result in an array or an
    /// empty one, hours as text or null; 2 now, 3 now as text, 4 and 5 the actor's type and id, 6 the work session or NULL.
    pub fn complete_many(self) -> Option<&'static str> {
        static SQL: LazyLock<String> = LazyLock::new(statement);
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(SQL.as_str()),
        }
    }
}

/// Each row that is changed gives all that the next step needs: no two of them are joined, which the planner, who expects
/// one row of each, would do by walking all of the one for each of the other.
fn statement() -> String {
    format!(
        "WITH asked AS MATERIALIZED ( \
           SELECT (v.value ->> 0)::uuid AS id, (v.value ->> 1)::uuid AS event_id, v.value ->> 2 AS notes, \
             v.value -> 3 -> 0 AS result, (v.value ->> 4)::numeric AS hours FROM jsonb_array_elements($1::jsonb) v), \
         target AS MATERIALIZED ( \
           SELECT asked.* FROM asked JOIN task_assignments t ON t.id = asked.id JOIN work_items w ON w.id = t.work_item_id \
           WHERE w.status = 'in_progress' AND w.quality_gate_level = 'standard' \
           AND NOT EXISTS (SELECT 1 FROM file_operations f WHERE f.work_item_id = w.id) \
           AND NOT EXISTS (SELECT 1 FROM workflow_steps s WHERE s.work_item_id = w.id AND s.status = 'waiting')), \
         ended AS ( \
           UPDATE task_assignments a SET status = 'completed', completed_at = $2::timestamptz, \
             notes = coalesce(target.notes, a.notes), context = CASE WHEN target.result IS NULL THEN a.context \
               ELSE coalesce(a.context, '{{}}') || jsonb_build_object('result', target.result) END, \
             updated_at = $2::timestamptz FROM target \
           WHERE a.id = target.id AND {status} = 'started' \
           AND (a.lease_expires_at IS NULL OR a.lease_expires_at > clock_timestamp()) \
           RETURNING a.*, target.event_id, target.notes AS told, target.hours), \
         item AS ( \
           UPDATE work_items w SET status = 'done', delegation_status = 'completed', completed_at = $2::timestamptz, \
             actual_hours = coalesce(a.hours, w.actual_hours), delegation_history = {history}, \
             revision = w.revision + 1, updated_at = $2::timestamptz, last_activity_at = $2::timestamptz \
           FROM ended a WHERE w.id = a.work_item_id RETURNING {own}, {items}, a.event_id, a.told), \
         event AS ( \
           INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, session_id, kind, from_status, \
             to_status, actor_type, actor_id, reason, data, created_at) \
           SELECT i.event_id, i.id, i.revision, i.a_id, $6::uuid, 'completed', 'in_progress', i.status, $4::text, \
             $5::uuid, i.told, jsonb_build_object('after', jsonb_build_object('status', i.status, \
               'delegation_status', i.delegation_status, 'assignment_id', i.a_id, 'assignment_status', i.a_status)), \
             $2::timestamptz FROM item i) \
         SELECT {shown}, {shown_items} FROM item i",
        status = STATUS,
        history = HISTORY.replace("$7", "$3"),
        own = columns_as::<task_assignments::Model>("a"),
        items = columns::<work_items::Model>("w"),
        shown = columns_named::<task_assignments::Model>("a", "i"),
        shown_items = columns::<work_items::Model>("i"),
    )
}
