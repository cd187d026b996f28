CREATE INDEX ix_work_items_backoff_project ON work_items (project_id, available_at) WHERE available_at IS NOT NULL;
