CREATE INDEX ix_work_items_waiting ON work_items (project_id) WHERE delegation_status = 'unassigned' AND unmet_prerequisites > 0;
