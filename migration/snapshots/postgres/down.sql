-- m20261124_000053_index_inboxes
DROP INDEX ix_board_messages_handed_over;
DROP INDEX ix_board_messages_to_read;
DROP INDEX ix_board_messages_to_acknowledge;
DROP INDEX ix_board_messages_to_agent_id_id;
CREATE INDEX "ix_board_messages_to_agent_id" ON "board_messages" ("to_agent_id");
CREATE INDEX ix_board_messages_unread ON board_messages (to_agent_id, project_id) WHERE read_at IS NULL;
-- m20261122_000052_index_lost_items
DROP INDEX ix_work_items_lost;
-- m20261122_000051_index_context_by_expiry
DROP INDEX ix_workflow_context_expires_at;
-- m20261122_000050_index_backoffs_by_project
DROP INDEX ix_work_items_backoff_project;
-- m20261122_000049_index_lists_by_newest
DROP INDEX ix_task_assignments_agent_held;
CREATE INDEX ix_task_assignments_agent_open ON task_assignments (agent_id, status) WHERE status IN ('assigned', 'started', 'paused');
DROP INDEX ix_board_decisions_project_id_id;
CREATE INDEX "ix_work_sessions_project_id_started_at" ON "work_sessions" ("project_id", "started_at");
DROP INDEX ix_work_sessions_project_id_id;
DROP INDEX ix_task_assignments_agent_id_id;
CREATE INDEX "ix_task_assignments_agent_id" ON "task_assignments" ("agent_id");
DROP INDEX ix_task_assignments_status_id;
CREATE INDEX "ix_task_assignments_status" ON "task_assignments" ("status");
DROP INDEX ix_workflow_runs_project_id_id;
CREATE INDEX "ix_workflow_runs_project_id" ON "workflow_runs" ("project_id");
DROP INDEX ix_workflow_runs_status_id;
CREATE INDEX "ix_workflow_runs_status" ON "workflow_runs" ("status");
DROP INDEX ix_workflow_runs_workflow_name_id;
CREATE INDEX "ix_workflow_runs_workflow_name" ON "workflow_runs" ("workflow_name");
-- m20261122_000048_index_set_references
DROP INDEX ix_task_assignments_user_id_set;
CREATE INDEX "ix_task_assignments_user_id" ON "task_assignments" ("user_id");
DROP INDEX ix_task_assignments_assigned_by_set;
CREATE INDEX "ix_task_assignments_assigned_by" ON "task_assignments" ("assigned_by");
DROP INDEX ix_task_assignments_assigned_by_agent_id_set;
CREATE INDEX "ix_task_assignments_assigned_by_agent_id" ON "task_assignments" ("assigned_by_agent_id");
DROP INDEX ix_work_items_parent_id_set;
CREATE INDEX "ix_work_items_parent_id" ON "work_items" ("parent_id");
-- m20261122_000047_store_hot_tables
ALTER TABLE work_items RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);
ALTER TABLE task_assignments RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);
ALTER TABLE workflow_runs RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);
ALTER TABLE workflow_steps RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);
ALTER TABLE work_sessions RESET (fillfactor, autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold, autovacuum_analyze_scale_factor);
ALTER TABLE idempotency_keys RESET (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold);
-- m20261122_000046_drop_unread_indexes
CREATE INDEX "ix_work_items_delegation_status" ON "work_items" ("delegation_status");
CREATE INDEX "ix_task_assignments_assigned_at" ON "task_assignments" ("assigned_at");
CREATE INDEX "ix_work_item_requirements_capability" ON "work_item_requirements" ("capability");
-- m20261122_000045_index_waiting_items
DROP INDEX ix_work_items_waiting;
-- m20261122_000044_index_items_by_priority
DROP INDEX ix_work_items_list_project;
DROP INDEX ix_work_items_list;
-- m20261121_000043_create_work_item_archives
DROP TABLE "work_item_archives";
-- m20261121_000042_create_project_health_metrics
DROP TABLE "project_health_metrics";
-- m20261121_000041_create_maintenance_operations
DROP TABLE "maintenance_operations";
-- m20261121_000040_create_work_stream_items
DROP TABLE "work_stream_items";
-- m20261121_000039_create_work_streams
DROP TABLE "work_streams";
-- m20261121_000038_create_board_artifacts
DROP TABLE "board_artifacts";
-- m20261121_000037_create_reviews
DROP TABLE "reviews";
-- m20261121_000036_add_automation_to_work_items
SELECT w.id AS id, w.key AS key, w.revision AS revision, w.updated_at AS updated_at, coalesce(p.unmet, 0) AS unmet FROM work_items w LEFT JOIN (SELECT work_item_id, count(*) AS unmet FROM task_prerequisites WHERE prerequisite_type = 'completion_dependency' AND is_mandatory AND status IN ('pending', 'failed') GROUP BY work_item_id) p ON p.work_item_id = w.id WHERE w.prerequisite_satisfaction_required AND w.unmet_prerequisites <> coalesce(p.unmet, 0) ORDER BY w.id;
ALTER TABLE "work_items" DROP COLUMN "quality_gate_level";
ALTER TABLE "work_items" DROP COLUMN "auto_maintenance_enabled";
ALTER TABLE "work_items" DROP COLUMN "prerequisite_satisfaction_required";
-- m20261121_000035_create_board_search
DROP TABLE "board_search";
-- m20261121_000034_create_checkpoints
DROP TABLE "checkpoints";
-- m20261121_000033_create_board_messages
DROP TABLE "board_messages";
-- m20261121_000032_create_decision_evolutions
DROP TABLE "decision_evolutions";
-- m20261121_000031_create_board_decisions
DROP TABLE "board_decisions";
-- m20261121_000030_create_file_verifications
DROP TABLE "file_verifications";
-- m20261121_000029_create_file_operations
DROP TABLE "file_operations";
-- m20261121_000028_index_events_by_session
DROP INDEX ix_work_item_events_session;
-- m20261121_000027_create_session_events
DROP TABLE "session_events";
-- m20261121_000026_create_work_sessions
DROP TABLE "work_sessions";
-- m20261121_000025_unique_user_names
DROP INDEX "ux_board_users_name";
-- m20261121_000024_create_workflow_events
DROP TABLE "workflow_events";
-- m20261121_000023_create_workflow_context
DROP TABLE "workflow_context";
-- m20261121_000022_create_workflow_outputs
DROP TABLE "workflow_outputs";
-- m20261121_000021_create_workflow_step_dependencies
DROP TABLE "workflow_step_dependencies";
-- m20261121_000020_create_workflow_steps
DROP TABLE "workflow_steps";
-- m20261121_000019_create_workflow_runs
DROP TABLE "workflow_runs";
-- m20261121_000018_create_workflow_templates
DROP TABLE "workflow_templates";
-- m20261121_000016_create_task_assignments
DROP TABLE "task_assignments";
-- m20261121_000015_create_agent_capabilities
SELECT "id", "capabilities", "created_at" FROM "agent_profiles" ORDER BY "id" ASC;
DROP TABLE "agent_capabilities";
-- m20261121_000014_create_task_prerequisites
DROP TABLE "task_prerequisites";
SELECT "id", "key", "revision", "updated_at" FROM "work_items" WHERE "unmet_prerequisites" <> 0 ORDER BY "id" ASC;
-- m20261121_000013_create_work_item_requirements
DROP TABLE "work_item_requirements";
-- m20261121_000012_create_ready_queue
DROP INDEX "ix_work_items_preassigned";
DROP INDEX "ix_work_items_ready_project";
DROP INDEX "ix_work_items_ready";
-- m20261121_000011_add_delegation_to_work_items
DROP INDEX "ix_work_items_available_at";
DROP INDEX "ix_work_items_delegation_status";
ALTER TABLE "work_items" DROP COLUMN "last_activity_at";
ALTER TABLE "work_items" DROP COLUMN "blocked_reason";
ALTER TABLE "work_items" DROP COLUMN "dead_at";
ALTER TABLE "work_items" DROP COLUMN "available_at";
ALTER TABLE "work_items" DROP COLUMN "requirement_key";
ALTER TABLE "work_items" DROP COLUMN "max_attempts";
ALTER TABLE "work_items" DROP COLUMN "attempt_count";
ALTER TABLE "work_items" DROP COLUMN "unmet_prerequisites";
ALTER TABLE "work_items" DROP COLUMN "actual_hours";
ALTER TABLE "work_items" DROP COLUMN "estimated_hours";
ALTER TABLE "work_items" DROP COLUMN "delegation_history";
ALTER TABLE "work_items" DROP COLUMN "delegation_context";
ALTER TABLE "work_items" DROP COLUMN "delegation_status";
-- m20261121_000010_create_agent_profiles
DROP TABLE "agent_profiles";
-- m20261121_000009_create_external_refs
DROP TABLE "external_refs";
-- m20261121_000008_create_board_settings
DROP TABLE "board_settings";
-- m20261121_000007_create_idempotency_keys
DROP TABLE "idempotency_keys";
-- m20261121_000006_create_work_item_events
DROP TABLE "work_item_events";
-- m20261121_000005_create_sprint_items
DROP TABLE "sprint_items";
-- m20261121_000004_create_work_items
DROP TABLE "work_items";
-- m20261121_000003_create_sprints
DROP TABLE "sprints";
-- m20261121_000002_create_board_projects
DROP TABLE "board_projects";
-- m20261121_000001_create_board_users
DROP TABLE "board_users";
