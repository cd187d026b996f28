//! Starting, completing and failing as one statement each, for PostgreSQL, where every round trip counts.
//!
//! SQLite runs in the process: its list is a SELECT and three guarded writes (`assignment::rows`, `item::write`). Both
//! ways do the same, which the tests of every (state, event) pair hold them to; where the statement finds nothing to do,
//! the caller goes on with the other way, which explains why.

use std::sync::LazyLock;

use callboard_entity::{task_assignments, work_items};

use super::Dialect;
use crate::db::listed::{columns, columns_as};

/// The parameters that all three share: 1 assignment, 2 now, 3 the ledger row's id, 4 and 5 the actor's type and id,
/// 6 notes or reason, 7 now as text, 10 the work session or NULL; 8 and 9 are each statement's own.
impl Dialect {
    /// 8 the lease in seconds.
    pub fn start(self) -> Option<&'static str> {
        static SQL: LazyLock<String> = LazyLock::new(|| {
            statement(&Parts {
                kind: "started",
                item_from: "'todo'",
                only: "",
                from: "'assigned'",
                assignment: "status = 'started', started_at = $2::timestamptz, attempt = target.attempt_count + 1, \
                    lease_expires_at = CASE WHEN a.agent_id IS NULL THEN NULL ELSE \
                      clock_timestamp() + make_interval(secs => $8::double precision) END, \
                    heartbeat_at = clock_timestamp()",
                item: "status = 'in_progress', delegation_status = 'in_progress', attempt_count = w.attempt_count + 1",
                after: "'status', i.status, 'delegation_status', i.delegation_status, 'attempt_count', i.attempt_count",
                reason: "NULL",
                also: IN_WORKFLOW,
            })
        });
        self.one_statement(&SQL)
    }

    /// 8 the result as JSON or NULL, 9 the actual hours or NULL.
    pub fn complete(self) -> Option<&'static str> {
        static SQL: LazyLock<String> = LazyLock::new(|| completing("", IN_WORKFLOW));
        self.one_statement(&SQL)
    }

    /// As [`Dialect::complete`], for an item for which neither another one nor a workflow waits: then it is all that there
    /// is to do. An item that somebody wrote since the statement began is left alone, since an edge that came with it is
    /// not seen yet (ADR 10).
    pub fn complete_alone(self) -> Option<&'static str> {
        static SQL: LazyLock<String> = LazyLock::new(|| {
            completing(
                // The row as the statement sees it, beside the one that is locked.
                "AND w.xmin = s.xmin \
                 AND NOT EXISTS (SELECT 1 FROM task_prerequisites p WHERE p.prerequisite_id = w.id \
                   AND p.status IN ('pending', 'failed')) \
                 AND NOT EXISTS (SELECT 1 FROM workflow_steps f WHERE f.work_item_id = w.id AND f.status = 'waiting') ",
                "",
            )
        });
        self.one_statement(&SQL)
    }

    /// 8 whether no further attempt is wanted, 9 the random factor of the backoff, 0.5 to 1.
    pub fn fail(self) -> Option<&'static str> {
        static SQL: LazyLock<String> = LazyLock::new(|| {
            let spent = "($8::boolean OR w.attempt_count >= w.max_attempts)";
            let utc =
                |column: &str| format!("to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')");
            statement(&Parts {
                kind: "failed",
                item_from: "'in_progress'",
                only: "",
                from: "'started', 'paused'",
                assignment: "status = 'failed', completed_at = $2::timestamptz, notes = $6::text",
                item: &format!(
                    "status = CASE WHEN {spent} THEN 'blocked' ELSE 'todo' END, \
                     delegation_status = CASE WHEN {spent} THEN 'blocked' ELSE 'unassigned' END, \
                     assignee_type = NULL, assignee_id = NULL, \
                     dead_at = CASE WHEN {spent} THEN $2::timestamptz ELSE w.dead_at END, \
                     blocked_reason = CASE WHEN {spent} THEN 'failed: ' || $6::text END, \
                     available_at = CASE WHEN {spent} THEN w.available_at ELSE clock_timestamp() + \
                       make_interval(secs => $9::double precision * \
                         least(3600, 10 * 2 ^ least(greatest(w.attempt_count - 1, 0), 16))) END, \
                     delegation_history = {HISTORY}"
                ),
                after: &format!(
                    "'status', i.status, 'delegation_status', i.delegation_status, 'assignee_type', i.assignee_type, \
                     'assignee_id', i.assignee_id, 'available_at', {}, 'dead_at', {}",
                    utc("i.available_at"),
                    utc("i.dead_at")
                ),
                reason: "$6::text",
                also: IN_WORKFLOW,
            })
        });
        self.one_statement(&SQL)
    }

    fn one_statement(self, sql: &'static LazyLock<String>) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(sql.as_str()),
        }
    }
}

/// Whether a workflow waits for the item.
const IN_WORKFLOW: &str = ", EXISTS (SELECT 1 FROM workflow_steps s WHERE s.work_item_id = i.id \
    AND s.status = 'waiting') AS in_workflow";

/// `only` begins with AND, `also` with a comma.
fn completing(only: &str, also: &str) -> String {
    statement(&Parts {
        kind: "completed",
        item_from: "'in_progress'",
        // Whatever else a gate looks at goes the long way.
        only: &format!(
            "{only}AND w.quality_gate_level = 'standard' \
             AND NOT EXISTS (SELECT 1 FROM file_operations f WHERE f.work_item_id = w.id)"
        ),
        from: "'started'",
        assignment: "status = 'completed', completed_at = $2::timestamptz, notes = coalesce($6::text, a.notes), \
            context = CASE WHEN $8::jsonb IS NULL THEN a.context \
              ELSE coalesce(a.context, '{}') || jsonb_build_object('result', $8::jsonb) END",
        item: &format!(
            "status = 'done', delegation_status = 'completed', completed_at = $2::timestamptz, \
             actual_hours = coalesce($9::numeric, w.actual_hours), delegation_history = {HISTORY}"
        ),
        after: "'status', i.status, 'delegation_status', i.delegation_status",
        reason: "$6::text",
        also,
    })
}

/// The digest of endings with the newest in front, as `assignment::ending` keeps it.
///
/// The first ending of an item, which most have, is not looked at further.
pub(super) const HISTORY: &str = "jsonb_build_array(jsonb_build_object('assignment', a.id, 'agent', a.agent_id, \
    'user', a.user_id, 'attempt', a.attempt, 'status', a.status, 'at', $7::text, 'notes', left(a.notes, 200))) \
    || CASE WHEN jsonb_typeof(w.delegation_history) = 'array' AND w.delegation_history <> '[]' THEN ( \
      SELECT jsonb_agg(e.value ORDER BY e.ordinality) FROM jsonb_array_elements(w.delegation_history) \
      WITH ORDINALITY e WHERE e.ordinality < 20) ELSE '[]' END";

/// The status of the assignment `a` that is named by its key, hidden from the planner.
///
/// Where little is open by its statistics, an index of all that is open costs it no more than the key. But what ended stays
/// in that index for as long as any transaction of the server that began before it writes, and each ending would walk over it.
pub(super) const STATUS: &str = "a.status || ''";

struct Parts<'a> {
    kind: &'a str,
    /// The status that the item must have.
    item_from: &'a str,
    /// What else must be so of the item `w`; begins with AND.
    only: &'a str,
    /// The states that the assignment may have.
    from: &'a str,
    assignment: &'a str,
    item: &'a str,
    after: &'a str,
    reason: &'a str,
    /// What is asked beside the rows; begins with a comma.
    also: &'a str,
}

/// Locks the item, then changes the open assignment whose lease runs, the item, and the ledger.
///
/// Both rows are given by the item's UPDATE: each join of what has been written is as much work as a statement's index.
fn statement(parts: &Parts<'_>) -> String {
    let Parts { kind, item_from, only, from, assignment, item, after, reason, also } = parts;
    format!(
        "WITH target AS MATERIALIZED ( \
           SELECT w.id, w.attempt_count FROM task_assignments t JOIN work_items s ON s.id = t.work_item_id \
           JOIN work_items w ON w.id = s.id WHERE t.id = $1::uuid AND w.status = {item_from} {only} FOR UPDATE OF w), \
         ended AS ( \
           UPDATE task_assignments a SET {assignment}, updated_at = $2::timestamptz FROM target \
           WHERE a.id = $1::uuid AND a.work_item_id = target.id AND {status} IN ({from}) \
           AND (a.lease_expires_at IS NULL OR a.lease_expires_at > clock_timestamp()) RETURNING a.*), \
         item AS ( \
           UPDATE work_items w SET {item}, revision = w.revision + 1, updated_at = $2::timestamptz, \
             last_activity_at = $2::timestamptz FROM ended a WHERE w.id = a.work_item_id RETURNING {own}, {items}), \
         event AS ( \
           INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, session_id, kind, from_status, \
             to_status, actor_type, actor_id, reason, data, created_at) \
           SELECT $3::uuid, i.id, i.revision, $1::uuid, $10::uuid, '{kind}', {item_from}, i.status, $4::text, $5::uuid, {reason}, \
             jsonb_build_object('after', jsonb_build_object({after}, 'assignment_id', i.a_id, \
               'assignment_status', i.a_status)), $2::timestamptz FROM item i) \
         SELECT i.*{also} FROM item i",
        status = STATUS,
        own = columns_as::<task_assignments::Model>("a"),
        items = columns::<work_items::Model>("w"),
    )
}
