DROP INDEX ix_board_messages_unread;
DROP INDEX ix_board_messages_to_agent_id;
CREATE INDEX "ix_board_messages_to_agent_id_id" ON "board_messages" ("to_agent_id", "id");
CREATE INDEX ix_board_messages_to_read ON board_messages (to_agent_id, id) WHERE read_at IS NULL;
CREATE INDEX ix_board_messages_to_acknowledge ON board_messages (to_agent_id, id) WHERE acknowledged_at IS NULL;
CREATE INDEX ix_board_messages_handed_over ON board_messages (work_item_id, id) WHERE kind = 'handover';
