//! Who works, on what, and what became of it.

/// `n % 20` says where an item stands: 0 to 8 done, 9 to 13 todo, 14 and 15 backlog, 16 in progress, 17 in review,
/// 18 blocked, 19 cancelled. Of five items four are of the first project, the rest of nine others. The first agent has
/// done a third of what is done.
pub(super) const STATEMENTS: &[&str] = &[
    "INSERT INTO board_users (id, name, email, created_at, updated_at) \
     SELECT {id 02 n}, 'user-' || n, 'user-' || n || '@example.org', {at 0}, {at 0} FROM {rows 100}",
    "INSERT INTO board_projects (id, slug, name, key_prefix, next_item_number, next_decision_number, status, created_at, \
     updated_at) SELECT {id 01 n}, 'project-' || n, 'Project ' || n, 'P' || n, 1000000, 1000000, 'active', {at 0}, {at 0} \
     FROM {rows 10}",
    "INSERT INTO agent_profiles (id, name, slug, type, mode, status, created_at, updated_at) \
     SELECT {id 03 n}, 'Agent ' || n, 'agent-' || n, 'type-' || (n % 40), \
     'implementation', CASE n % 50 WHEN 0 THEN 'archived' ELSE 'active' END, {at n}, {at n} FROM {rows 2000}",
    "INSERT INTO agent_capabilities (agent_id, capability, level, created_at) \
     SELECT {id 03 n}, 'skill-' || (n % 400), 'basic', {at n} FROM {rows 2000}",
    "INSERT INTO agent_capabilities (agent_id, capability, level, created_at) \
     SELECT {id 03 n * 2}, 'rust', 'expert', {at n} FROM {rows 1000}",
    "INSERT INTO work_items (id, project_id, parent_id, key, type, title, description, status, priority, assignee_type, \
     assignee_id, tags, due_at, completed_at, archived_at, revision, created_at, updated_at, delegation_status, \
     unmet_prerequisites, attempt_count, requirement_key, available_at, dead_at, blocked_reason, last_activity_at) \
     SELECT {id 10 n}, CASE WHEN n % 5 < 4 THEN {id 01 1} ELSE {id 01 2 + (n / 5) % 9} END, \
     CASE WHEN n % 10 = 3 AND n > 60 THEN {id 10 (n / 50) * 50} END, \
     'P' || CASE WHEN n % 5 < 4 THEN 1 ELSE 2 + (n / 5) % 9 END || '-' || n, \
     CASE WHEN n % 50 = 0 THEN 'epic' WHEN n % 7 = 0 THEN 'bug' ELSE 'task' END, \
     'Item number ' || n || ' word' || (n % 5000), 'What is to be done, and how it is shown to work.', \
     CASE WHEN n % 20 < 9 THEN 'done' WHEN n % 20 < 14 THEN 'todo' WHEN n % 20 < 16 THEN 'backlog' \
       WHEN n % 20 = 16 THEN 'in_progress' WHEN n % 20 = 17 THEN 'review' WHEN n % 20 = 18 THEN 'blocked' \
       ELSE 'cancelled' END, \
     (n / 7) % 5, \
     CASE WHEN n % 20 = 16 OR (n % 20 BETWEEN 9 AND 13 AND (n / 20) % 100 = 4) THEN 'agent' END, \
     CASE WHEN n % 20 = 16 OR (n % 20 BETWEEN 9 AND 13 AND (n / 20) % 100 = 4) THEN {id 03 n % 2000 + 1} END, \
     CASE WHEN n % 11 = 0 THEN CAST('[\"urgent\"]' AS {json}) END, \
     CASE WHEN n % 13 = 0 THEN {at n} END, CASE WHEN n % 20 < 9 THEN {at n * 200} END, \
     CASE WHEN n % 100 = 19 THEN {at n * 200} END, CASE n WHEN 1 THEN 3003 ELSE 3 END, {at n * 190}, {at n * 200}, \
     CASE WHEN n % 20 < 9 THEN 'completed' WHEN n % 20 = 16 THEN 'in_progress' WHEN n % 20 = 18 THEN 'blocked' \
       WHEN n % 20 = 19 THEN 'cancelled' ELSE 'unassigned' END, \
     CASE WHEN n % 20 BETWEEN 9 AND 13 AND (n / 20) % 100 < 2 THEN 1 ELSE 0 END, 0, \
     CASE WHEN n % 10 = 1 THEN 'rust:basic' WHEN n % 10 = 2 THEN 'sql:expert' \
       WHEN n % 100 = 73 THEN 'skill-' || ((n / 100) % 20) || ':basic' ELSE '' END, \
     CASE WHEN n % 20 BETWEEN 9 AND 13 AND (n / 20) % 100 IN (2, 3) THEN {at 2000000000 + n} \
       WHEN n % 20 BETWEEN 9 AND 13 AND (n / 20) % 1000 = 5 THEN {at n} END, \
     CASE WHEN n % 200 = 18 THEN {at n * 200} END, CASE WHEN n % 20 = 18 THEN 'failed: it does not build' END, \
     {at n * 200} FROM {rows 100000}",
    "INSERT INTO work_item_requirements (work_item_id, capability, min_level, created_at) \
     SELECT {id 10 n}, CASE n % 10 WHEN 1 THEN 'rust' ELSE 'sql' END, CASE n % 10 WHEN 1 THEN 'basic' ELSE 'expert' END, \
     {at 0} FROM {rows 100000} WHERE n % 10 IN (1, 2)",
    "INSERT INTO task_assignments (id, work_item_id, agent_id, user_id, assigned_by, assigned_by_agent_id, assigned_at, \
     started_at, completed_at, status, attempt, lease_expires_at, heartbeat_at, created_at, updated_at) \
     SELECT {id 11 n}, {id 10 n}, CASE WHEN n % 20 < 3 THEN {id 03 1} WHEN n % 1000 <> 18 THEN {id 03 n % 2000 + 1} END, \
     CASE WHEN n % 1000 = 18 THEN {id 02 n % 100 + 1} END, CASE WHEN n % 100 = 5 THEN {id 02 n % 100 + 1} END, \
     CASE WHEN n % 100 = 6 THEN {id 03 n % 2000 + 1} END, {at n * 195}, {at n * 195}, \
     CASE WHEN n % 20 <> 16 THEN {at n * 200} END, \
     CASE WHEN n % 20 < 9 THEN 'completed' WHEN n % 20 = 16 THEN 'started' ELSE 'failed' END, 1, \
     CASE WHEN n % 2000 = 16 THEN {at n} ELSE {at 2000000000 + n} END, {at n * 195}, {at n * 195}, {at n * 200} \
     FROM {rows 100000} WHERE n % 20 < 9 OR n % 20 = 18 OR n % 400 = 16 OR (n % 20 = 16 AND n BETWEEN 50000 AND 51000)",
    "INSERT INTO work_sessions (id, key, project_id, agent_id, user_id, source, session_type, status, \
     active_work_item_id, started_at, active_seconds, created_at, updated_at) \
     SELECT {id 16 n}, 'session-' || n, CASE WHEN n % 5 < 4 THEN {id 01 1} ELSE {id 01 2 + n % 9} END, \
     CASE WHEN n % 10 <> 5 THEN {id 03 n % 2000 + 1} END, CASE WHEN n % 10 = 5 THEN {id 02 n % 100 + 1} END, 'cli', \
     'work', CASE WHEN n % 100 = 0 THEN 'active' ELSE 'completed' END, CASE WHEN n % 3 = 0 THEN {id 10 n} END, \
     {at n * 2000}, 0, {at n * 2000}, {at n * 2000} FROM {rows 10000}",
    "INSERT INTO work_item_events (id, work_item_id, revision, kind, to_status, actor_type, actor_id, created_at) \
     SELECT {id 12 n}, {id 10 n}, 1, 'created', 'todo', 'user', {id 02 1}, {at n * 190} FROM {rows 100000}",
    "INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, session_id, kind, actor_type, actor_id, \
     created_at) SELECT {id 12 200000 + n}, {id 10 n}, 2, {id 11 n}, \
     CASE WHEN n % 4 = 0 THEN {id 16 n % 10000 + 1} END, 'claimed', 'agent', {id 03 n % 2000 + 1}, {at n * 195} \
     FROM {rows 100000} WHERE n % 20 < 9",
    "INSERT INTO work_item_events (id, work_item_id, revision, assignment_id, kind, actor_type, actor_id, created_at) \
     SELECT {id 12 400000 + n}, {id 10 n}, 3, {id 11 n}, 'completed', 'agent', {id 03 n % 2000 + 1}, {at n * 200} \
     FROM {rows 100000} WHERE n % 20 < 9",
    "INSERT INTO work_item_events (id, work_item_id, revision, kind, actor_type, actor_id, reason, created_at) \
     SELECT {id 12 600000 + n}, {id 10 1}, 3 + n, 'comment', 'user', {id 02 1}, 'What was seen.', {at n * 200} \
     FROM {rows 3000}",
    "INSERT INTO task_prerequisites (id, work_item_id, prerequisite_id, prerequisite_type, description, is_mandatory, \
     is_auto_resolvable, status, created_at, updated_at) \
     SELECT {id 13 n}, {id 10 n}, CASE WHEN n % 400 <> 10 THEN {id 10 n - 1} END, \
     CASE WHEN n % 400 = 10 THEN 'file_dependency' ELSE 'completion_dependency' END, 'it is needed', TRUE, TRUE, \
     CASE WHEN n % 40 = 10 THEN 'pending' ELSE 'satisfied' END, {at n}, {at n} FROM {rows 100000} WHERE n % 5 = 0",
    "INSERT INTO sprints (id, project_id, code, title, status, created_at, updated_at) \
     SELECT {id 14 n}, CASE WHEN n <= 100 THEN {id 01 1} ELSE {id 01 2 + n % 9} END, 'SPRINT-' || n, 'Sprint ' || n, \
     CASE n % 100 WHEN 0 THEN 'active' ELSE 'completed' END, {at n}, {at n} FROM {rows 200}",
    "INSERT INTO sprint_items (sprint_id, work_item_id, position, created_at) \
     SELECT {id 14 n % 200 + 1}, {id 10 n * 5}, n, {at n} FROM {rows 20000}",
    "INSERT INTO work_streams (id, project_id, slug, name, stream_type, status, created_at, updated_at) \
     SELECT {id 15 n}, {id 01 1}, 'stream-' || n, 'Stream ' || n, 'implementation', \
     CASE WHEN n % 10 = 0 THEN 'closed' ELSE 'open' END, {at n}, {at n} FROM {rows 200}",
    "INSERT INTO work_stream_items (stream_id, work_item_id, position, created_at) \
     SELECT {id 15 n % 200 + 1}, {id 10 n * 20 + 10}, n, {at n} FROM {rows 4000}",
    "INSERT INTO reviews (id, work_item_id, assignment_id, session_id, verdict, reviewer_type, reviewer_id, reason, \
     created_at) SELECT {id 1e n}, {id 10 n * 20}, {id 11 n * 20}, {id 16 n}, 'rejected', 'user', {id 02 1}, \
     'a test is missing', {at n} FROM {rows 5000}",
    "INSERT INTO board_artifacts (id, work_item_id, assignment_id, session_id, name, artifact_type, version, \
     content_hash, size_bytes, path, previous_version_id, actor_type, created_at) \
     SELECT {id 1f n}, {id 10 ((n + 1) / 2) * 20}, {id 11 ((n + 1) / 2) * 20}, {id 16 n}, 'report', 'documentation', \
     2 - n % 2, {hex {id 1f n}} || {hex {id 1f n}}, 10, 'report', CASE n % 2 WHEN 0 THEN {id 1f n - 1} END, 'system', \
     {at n} FROM {rows 9000}",
];
