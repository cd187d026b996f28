CREATE INDEX ix_work_items_list ON work_items (priority, id) WHERE archived_at IS NULL;
CREATE INDEX ix_work_items_list_project ON work_items (project_id, priority, id) WHERE archived_at IS NULL;
