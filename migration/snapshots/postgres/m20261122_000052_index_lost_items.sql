CREATE INDEX ix_work_items_lost ON work_items (dead_at, id) WHERE archived_at IS NULL AND (dead_at IS NOT NULL OR status = 'cancelled');
