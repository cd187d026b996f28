//! What is remembered: sessions, files, decisions, messages, runs, maintenance, and the full-text index.

pub(super) const STATEMENTS: &[&str] = &[
    "INSERT INTO session_events (id, session_id, seq, kind, work_item_id, actor_type, data, created_at) \
     SELECT {id 17 n}, {id 16 n % 10000 + 1}, n / 10000 + 1, 'note', CASE WHEN n % 3 <> 0 THEN {id 10 n} END, 'agent', \
     CAST({note} AS {json}), {at n} FROM {rows 29999}",
    "INSERT INTO file_operations (id, work_item_id, assignment_id, session_id, operation, path, new_path, \
     verification_status, actor_type, occurred_at, created_at, updated_at) \
     SELECT {id 18 n}, {id 10 n * 2}, CASE WHEN n * 2 % 20 < 9 THEN {id 11 n * 2} END, \
     CASE WHEN n % 10 = 1 THEN {id 16 n % 10000 + 1} END, CASE WHEN n % 50 = 3 THEN 'move' ELSE 'modify' END, \
     'src/file' || (n % 2000) || '.rs', CASE WHEN n % 50 = 3 THEN 'src/moved' || (n % 2000) || '.rs' END, \
     CASE WHEN n % 100 = 1 THEN 'pending' WHEN n % 1000 = 7 THEN 'failed' ELSE 'verified' END, 'agent', {at n}, {at n}, \
     {at n} FROM {rows 40000}",
    "INSERT INTO file_verifications (id, operation_id, file_exists, status, actor_type, created_at) \
     SELECT {id 19 n}, {id 18 n * 2}, TRUE, 'verified', 'system', {at n} FROM {rows 20000}",
    "INSERT INTO board_decisions (id, project_id, number, work_item_id, session_id, agent_id, title, category, impact, \
     status, decision, rationale, implementation_status, review_at, actor_type, created_at, updated_at) \
     SELECT {id 1a n}, CASE WHEN n % 5 < 4 THEN {id 01 1} ELSE {id 01 2 + n % 9} END, n, {id 10 n * 20}, \
     CASE WHEN n % 3 = 0 THEN {id 16 n} END, CASE WHEN n % 3 = 1 THEN {id 03 n % 2000 + 1} END, 'Decision ' || n, \
     'architecture', 'low', CASE n % 10 WHEN 1 THEN 'superseded' ELSE 'accepted' END, 'one', 'because', 'planned', \
     CASE WHEN n % 100 = 0 THEN {at n} END, 'system', {at n}, {at n} FROM {rows 5000}",
    "INSERT INTO decision_evolutions (id, original_id, new_id, kind, reason, actor_type, created_at) \
     SELECT {id 1b n}, {id 1a n * 10 - 9}, {id 1a n * 10}, 'superseded', 'it was better', 'system', {at n} \
     FROM {rows 500}",
    "INSERT INTO board_messages (id, project_id, thread_id, kind, from_agent_id, to_agent_id, work_item_id, body, \
     actor_type, read_at, created_at) \
     SELECT {id 1c n}, CASE WHEN n % 5 < 4 THEN {id 01 1} ELSE {id 01 2 + n % 9} END, \
     CASE WHEN n % 10 = 0 THEN {id 1c n - 9} END, CASE WHEN n % 1000 = 1 THEN 'handover' ELSE 'message' END, \
     {id 03 n % 1999 + 1}, CASE WHEN n % 1000 <> 1 THEN {id 03 n % 2000 + 1} END, {id 10 n * 5}, \
     CAST('[]' AS {json}), 'agent', CASE WHEN n % 40000 > 100 THEN {at n} END, {at n} FROM {rows 20000}",
    // An agent that was told much, all of which it read.
    "INSERT INTO board_messages (id, project_id, kind, from_agent_id, to_agent_id, body, actor_type, read_at, \
     acknowledged_at, created_at) \
     SELECT {id 1c 40000 + n}, {id 01 1}, 'message', {id 03 n % 1999 + 1}, {id 03 4}, CAST('[]' AS {json}), 'agent', {at n}, \
     {at n}, {at n} FROM {rows 3000}",
    // An item that is held, and that much was said about; it was handed over to nobody in particular.
    "INSERT INTO board_messages (id, project_id, kind, from_agent_id, to_agent_id, work_item_id, body, actor_type, \
     read_at, acknowledged_at, created_at) \
     SELECT {id 1c 50000 + n}, {id 01 1}, CASE WHEN n % 1000 = 1 THEN 'handover' ELSE 'message' END, {id 03 n % 1999 + 1}, \
     CASE WHEN n % 1000 <> 1 THEN {id 03 n % 1900 + 101} END, {id 10 50216}, CAST('[]' AS {json}), 'agent', {at n}, {at n}, \
     {at n} FROM {rows 3000}",
    // What was handed over to nobody in particular, and is done since.
    "INSERT INTO board_messages (id, project_id, kind, from_agent_id, work_item_id, body, actor_type, created_at) \
     SELECT {id 1c 60000 + n}, {id 01 1}, 'handover', {id 03 n % 1999 + 1}, {id 10 n * 20}, CAST('[]' AS {json}), 'agent', \
     {at n} FROM {rows 3000}",
    "INSERT INTO checkpoints (id, work_item_id, assignment_id, session_id, seq, note, actor_type, created_at) \
     SELECT {id 1d n}, {id 10 n * 20}, {id 11 n * 20}, CASE WHEN n % 2 = 0 THEN {id 16 n} END, 1, 'half of it', 'agent', \
     {at n} FROM {rows 5000}",
    "INSERT INTO checkpoints (id, work_item_id, seq, note, actor_type, created_at) \
     SELECT {id 1d 10000 + n}, {id 10 1}, n, 'a bit more', 'agent', {at n} FROM {rows 3000}",
    "INSERT INTO maintenance_operations (id, project_id, operation_type, scope, validation_level, session_id, dry_run, \
     execution_status, auto_resolution_attempted, lease_expires_at, completed_at, actor_type, created_at, updated_at) \
     SELECT {id 20 n}, CASE WHEN n % 5 < 4 THEN {id 01 1} ELSE {id 01 2 + n % 9} END, \
     CASE n % 3 WHEN 0 THEN 'sweep' ELSE 'scan_cleanup' END, 'full_project', 'basic', {id 16 n}, FALSE, \
     CASE WHEN n % 1000 = 0 THEN 'running' ELSE 'completed' END, FALSE, {at 2000000000 + n}, \
     CASE WHEN n % 1000 <> 0 THEN {at n * 9000} END, 'system', {at n * 9000}, {at n * 9000} FROM {rows 5000}",
    "INSERT INTO project_health_metrics (id, project_id, metric_type, value, is_passing, measured_at, created_at) \
     SELECT {id 21 n}, CASE WHEN n % 5 < 4 THEN {id 01 1} ELSE {id 01 2 + n % 9} END, \
     CASE n % 20 WHEN 0 THEN 'completion_rate' WHEN 1 THEN 'overdue' ELSE 'metric-' || (n % 20) END, 0, TRUE, \
     {at n * 1300}, {at n * 1300} FROM {rows 20000}",
    "INSERT INTO work_item_archives (id, project_id, item_id, item_key, title, reason, content, content_sha256, \
     row_count, restorable, operation_id, actor_type, expires_at, created_at) \
     SELECT {id 22 n}, {id 01 1}, {id 2a n}, 'P1-' || (200000 + n), 'Gone ' || n, 'completed', CAST('[]' AS {json}), 'x', \
     1, TRUE, {id 20 n}, 'system', {at 20000000 + n * 9000}, {at n} FROM {rows 5000}",
    "INSERT INTO workflow_templates (id, name, version, definition, content_sha256, created_at) \
     SELECT {id 23 n}, 'template-' || n, 1, CAST('[]' AS {json}), 'x', {at n} FROM {rows 500}",
    "INSERT INTO workflow_runs (id, workflow_name, workflow_id, project_id, template_id, status, steps_completed, \
     runner_id, run_epoch, lease_expires_at, revision, created_at, updated_at) \
     SELECT {id 24 n}, 'workflow-' || (n % 500), 'run-' || n, CASE WHEN n % 5 < 4 THEN {id 01 1} ELSE {id 01 2 + n % 9} END, \
     {id 23 n % 500 + 1}, CASE WHEN n % 100 = 0 THEN 'running' WHEN n % 100 = 1 THEN 'failed' ELSE 'completed' END, 4, \
     CASE WHEN n % 100 = 0 THEN 'runner' END, 1, \
     CASE WHEN n % 1000 = 0 THEN {at n} WHEN n % 100 = 0 THEN {at 2000000000 + n} END, 4, {at n}, {at n} FROM {rows 5000}",
    "INSERT INTO workflow_steps (id, workflow_run_id, step_number, name, occurrence, agent_name, agent_id, work_item_id, \
     status, attempt, max_attempts, deadline_at, created_at, updated_at) \
     SELECT {id 25 n}, {id 24 (n - 1) / 4 + 1}, (n - 1) % 4 + 1, 'step-' || ((n - 1) % 4 + 1), 1, 'coder', \
     {id 03 n % 2000 + 1}, {id 10 n * 5}, CASE WHEN n % 400 = 0 THEN 'waiting' ELSE 'completed' END, 1, 3, \
     CASE WHEN n % 400 = 0 THEN {at 2000000000 + n} END, {at n}, {at n} FROM {rows 20000}",
    "INSERT INTO workflow_step_dependencies (step_id, depends_on_id, created_at) \
     SELECT {id 25 n * 2}, {id 25 n * 2 - 1}, {at n} FROM {rows 10000}",
    "INSERT INTO workflow_outputs (id, workflow_run_id, step_id, output_key, output_value, output_type, created_at) \
     SELECT {id 26 n}, {id 24 n}, {id 25 n * 4}, 'answer', '42', 'text', {at n} FROM {rows 5000}",
    "INSERT INTO workflow_context (workflow_run_id, agent_key, context_key, value, expires_at, created_at, updated_at) \
     SELECT {id 24 n}, 'coder', 'plan', CAST('1' AS {json}), CASE WHEN n % 10 = 0 THEN {at 2000000000 + n} END, {at n}, \
     {at n} FROM {rows 5000}",
    "INSERT INTO workflow_events (id, workflow_run_id, revision, step_id, kind, actor_type, run_epoch, created_at) \
     SELECT {id 27 n}, {id 24 (n - 1) / 4 + 1}, (n - 1) % 4 + 1, {id 25 n}, 'step_completed', 'system', 1, {at n} \
     FROM {rows 20000}",
    "INSERT INTO external_refs (id, source, source_id, entity_type, entity_id, content_sha256, imported_at, created_at) \
     SELECT {id 28 n}, 'beads', 'bd-' || n, 'item', {id 10 n * 10}, 'x', {at n}, {at n} FROM {rows 10000}",
    "INSERT INTO idempotency_keys (actor, verb, key, request_sha256, result, expires_at, created_at) \
     SELECT 'agent:' || (n % 2000), 'claim', 'key-' || n, 'x', CAST('[]' AS {json}), \
     CASE WHEN n % 1000 = 0 THEN {at n} ELSE {at 2000000000 + n} END, {at n} FROM {rows 20000}",
    "INSERT INTO board_settings (id, project_id, key, value, created_at, updated_at) \
     SELECT {id 29 n}, {id 01 n}, 'retention_days', CAST('[]' AS {json}), {at n}, {at n} FROM {rows 1}",
    "INSERT INTO board_search (entity_type, entity_id, project_id, search_text, {last}) \
     SELECT 'item', id, project_id, lower(title), {vector lower(title) ~ 'item e' || {hex id} || ' p' || {hex project_id}} \
     FROM work_items",
    "INSERT INTO board_search (entity_type, entity_id, project_id, search_text, {last}) \
     SELECT 'decision', id, project_id, lower(title), \
     {vector lower(title) ~ 'decision e' || {hex id} || ' p' || {hex project_id}} FROM board_decisions",
];
