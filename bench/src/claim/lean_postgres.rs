//! The least that a claim and a completion have to do on PostgreSQL to leave the rows that ours leave: a statement each.
//!
//! sqlx, tokio-postgres and pgbench run these same texts. The head of the queue is asked for as ours is: in the plainest words
//! PostgreSQL takes another index, and gets slower with all that is done.

/// 1 agent, 2 assignment, 3 the ledger row, 4 now.
pub const CLAIM: &str = "WITH picked AS MATERIALIZED ( \
      SELECT w.id FROM work_items w WHERE w.status = 'todo' AND w.delegation_status = 'unassigned' \
      AND w.unmet_prerequisites = 0 AND w.archived_at IS NULL AND w.available_at IS NULL AND w.assignee_id IS NULL \
      AND w.type <> 'epic' AND w.requirement_key BETWEEN '' AND '' ORDER BY w.requirement_key, w.priority, w.id \
      LIMIT 1 FOR UPDATE SKIP LOCKED), \
    item AS ( \
      UPDATE work_items w SET status = 'in_progress', delegation_status = 'in_progress', assignee_type = 'agent', \
        assignee_id = $1::uuid, attempt_count = w.attempt_count + 1, revision = w.revision + 1, \
        updated_at = $4::timestamptz, last_activity_at = $4::timestamptz FROM picked WHERE w.id = picked.id \
      RETURNING w.id, w.title, w.description, w.revision, w.attempt_count), \
    assignment AS ( \
      INSERT INTO task_assignments (id, work_item_id, agent_id, assigned_by_agent_id, assigned_at, started_at, status, \
        attempt, lease_expires_at, heartbeat_at, context, created_at, updated_at) \
      SELECT $2::uuid, i.id, $1::uuid, $1::uuid, $4::timestamptz, $4::timestamptz, 'started', i.attempt_count, \
        clock_timestamp() + interval '15 minutes', clock_timestamp(), '{\"match\": {\"granted\": {}, \"required\": {}}}', \
        $4::timestamptz, $4::timestamptz FROM item i), \
    event AS ( \
      INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, kind, from_status, to_status, actor_type, \
        actor_id, data, created_at) \
      SELECT $3::uuid, i.id, i.revision, $2::uuid, 'claimed', 'todo', 'in_progress', 'agent', $1::uuid, \
        jsonb_build_object('after', jsonb_build_object('status', 'in_progress', 'delegation_status', 'in_progress', \
          'assignee_type', 'agent', 'assignee_id', $1::uuid, 'attempt_count', i.attempt_count, \
          'assignment_id', $2::uuid, 'assignment_status', 'started')), $4::timestamptz FROM item i) \
    SELECT id, title, description, $2::uuid AS assignment FROM item";

/// 1 assignment, 2 now, 3 the ledger row, 4 agent. The ledger rows of dependents are numbered by the server.
pub const COMPLETE: &str = "WITH ended AS ( \
      UPDATE task_assignments SET status = 'completed', completed_at = $2::timestamptz, updated_at = $2::timestamptz \
      WHERE id = $1::uuid AND status || '' = 'started' RETURNING id, work_item_id, agent_id, attempt), \
    item AS ( \
      UPDATE work_items w SET status = 'done', delegation_status = 'completed', completed_at = $2::timestamptz, \
        delegation_history = jsonb_build_array(jsonb_build_object('assignment', a.id, 'agent', a.agent_id, 'user', NULL, \
          'attempt', a.attempt, 'status', 'completed', 'at', $2::timestamptz, 'notes', NULL)), \
        revision = w.revision + 1, updated_at = $2::timestamptz, last_activity_at = $2::timestamptz \
      FROM ended a WHERE w.id = a.work_item_id RETURNING w.id, w.revision), \
    event AS ( \
      INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, kind, from_status, to_status, actor_type, \
        actor_id, data, created_at) \
      SELECT $3::uuid, i.id, i.revision, $1::uuid, 'completed', 'in_progress', 'done', 'agent', $4::uuid, \
        jsonb_build_object('after', jsonb_build_object('status', 'done', 'delegation_status', 'completed', \
          'assignment_id', $1::uuid, 'assignment_status', 'completed')), $2::timestamptz FROM item i), \
    edges AS ( \
      UPDATE task_prerequisites p SET status = 'satisfied', satisfied_at = $2::timestamptz, updated_at = $2::timestamptz \
      FROM item WHERE p.prerequisite_id = item.id AND p.status IN ('pending', 'failed') \
      RETURNING p.work_item_id, p.prerequisite_id), \
    freed AS ( \
      UPDATE work_items w SET unmet_prerequisites = w.unmet_prerequisites - 1, revision = w.revision + 1, \
        updated_at = $2::timestamptz, last_activity_at = $2::timestamptz \
      FROM edges WHERE w.id = edges.work_item_id \
      RETURNING w.id, w.revision, w.unmet_prerequisites, edges.prerequisite_id), \
    told AS ( \
      INSERT INTO work_item_events (id, work_item_id, revision, kind, actor_type, actor_id, data, created_at) \
      SELECT gen_random_uuid(), f.id, f.revision, 'prerequisite_satisfied', 'agent', $4::uuid, \
        jsonb_build_object('prerequisite_id', f.prerequisite_id, 'after', \
          jsonb_build_object('unmet_prerequisites', f.unmet_prerequisites)), $2::timestamptz FROM freed f) \
    SELECT id FROM item";
