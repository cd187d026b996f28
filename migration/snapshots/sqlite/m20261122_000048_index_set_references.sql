DROP INDEX ix_task_assignments_user_id;
CREATE INDEX ix_task_assignments_user_id_set ON task_assignments (user_id) WHERE user_id IS NOT NULL;
DROP INDEX ix_task_assignments_assigned_by;
CREATE INDEX ix_task_assignments_assigned_by_set ON task_assignments (assigned_by) WHERE assigned_by IS NOT NULL;
DROP INDEX ix_task_assignments_assigned_by_agent_id;
CREATE INDEX ix_task_assignments_assigned_by_agent_id_set ON task_assignments (assigned_by_agent_id) WHERE assigned_by_agent_id IS NOT NULL;
DROP INDEX ix_work_items_parent_id;
CREATE INDEX ix_work_items_parent_id_set ON work_items (parent_id) WHERE parent_id IS NOT NULL;
