CREATE INDEX ix_work_item_events_session ON work_item_events (session_id) WHERE session_id IS NOT NULL;
