//! The least that a claim and a completion have to do on SQLite to leave the rows that ours leave; used by the peer as well.
//!
//! There is no capability to compare, no limit to look at, no session, and nothing is read back but what a worker needs.

/// The head of the queue: the work itself, and what the next row of the ledger must know.
pub const HEAD: &str = "SELECT id, title, description, revision, attempt_count FROM work_items INDEXED BY ix_work_items_ready \
    WHERE status = 'todo' AND delegation_status = 'unassigned' AND unmet_prerequisites = 0 AND archived_at IS NULL \
    AND available_at IS NULL AND assignee_id IS NULL AND type <> 'epic' AND requirement_key = '' \
    ORDER BY priority, id LIMIT 1";

/// 1 item, 2 agent, 3 now.
pub const TAKE: &str = "UPDATE work_items SET status = 'in_progress', delegation_status = 'in_progress', \
    assignee_type = 'agent', assignee_id = ?2, attempt_count = attempt_count + 1, revision = revision + 1, \
    updated_at = ?3, last_activity_at = ?3 WHERE id = ?1";

/// 1 assignment, 2 item, 3 agent, 4 now, 5 attempt, 6 the end of the lease.
pub const ASSIGN: &str = "INSERT INTO task_assignments (id, work_item_id, agent_id, assigned_by_agent_id, assigned_at, \
    started_at, status, attempt, lease_expires_at, heartbeat_at, context, created_at, updated_at) \
    VALUES (?1, ?2, ?3, ?3, ?4, ?4, 'started', ?5, ?6, ?4, '{\"match\":{\"granted\":{},\"required\":{}}}', ?4, ?4)";

/// 1 id, 2 item, 3 revision, 4 assignment or NULL, 5 kind, 6 and 7 the statuses or NULL, 8 agent, 9 data, 10 now.
pub const EVENT: &str = "INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, kind, from_status, \
    to_status, actor_type, actor_id, data, created_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'agent', ?8, ?9, ?10)";

/// 1 assignment, 2 now.
pub const END: &str = "UPDATE task_assignments SET status = 'completed', completed_at = ?2, updated_at = ?2 \
    WHERE id = ?1 AND status = 'started'";

/// 1 item, 2 now, 3 the digest of its endings.
pub const DONE: &str = "UPDATE work_items SET status = 'done', delegation_status = 'completed', completed_at = ?2, \
    delegation_history = ?3, revision = revision + 1, updated_at = ?2, last_activity_at = ?2 WHERE id = ?1";

/// 1 the completed item.
pub const DEPENDENTS: &str = "SELECT w.id, w.revision, w.unmet_prerequisites FROM task_prerequisites p \
    JOIN work_items w ON w.id = p.work_item_id WHERE p.prerequisite_id = ?1 AND p.status IN ('pending', 'failed')";

/// 1 the completed item, 2 now.
pub const SATISFY: &str = "UPDATE task_prerequisites SET status = 'satisfied', satisfied_at = ?2, updated_at = ?2 \
    WHERE prerequisite_id = ?1 AND status IN ('pending', 'failed')";

/// 1 the item that waited, 2 now.
pub const FREE: &str = "UPDATE work_items SET unmet_prerequisites = unmet_prerequisites - 1, revision = revision + 1, \
    updated_at = ?2, last_activity_at = ?2 WHERE id = ?1";

/// How long a lease runs.
pub const LEASE_SECONDS: i64 = 900;

pub fn claimed(agent: &str, assignment: &str, attempt: i64) -> String {
    format!(
        "{{\"after\":{{\"status\":\"in_progress\",\"delegation_status\":\"in_progress\",\"assignee_type\":\"agent\",\
         \"assignee_id\":\"{agent}\",\"attempt_count\":{attempt},\"assignment_id\":\"{assignment}\",\
         \"assignment_status\":\"started\"}}}}"
    )
}

pub fn completed(assignment: &str) -> String {
    format!(
        "{{\"after\":{{\"status\":\"done\",\"delegation_status\":\"completed\",\"assignment_id\":\"{assignment}\",\
         \"assignment_status\":\"completed\"}}}}"
    )
}

pub fn freed(prerequisite: &str, unmet: i64) -> String {
    format!("{{\"after\":{{\"unmet_prerequisites\":{unmet}}},\"prerequisite_id\":\"{prerequisite}\"}}")
}

pub fn history(assignment: &str, agent: &str, attempt: i64, at: &str) -> String {
    format!(
        "[{{\"assignment\":\"{assignment}\",\"agent\":\"{agent}\",\"user\":null,\"attempt\":{attempt},\
         \"status\":\"completed\",\"at\":\"{at}\",\"notes\":null}}]"
    )
}
