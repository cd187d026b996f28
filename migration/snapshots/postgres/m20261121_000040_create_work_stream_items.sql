CREATE TABLE "work_stream_items" ( "stream_id" uuid NOT NULL CONSTRAINT fk_work_stream_items_stream_id REFERENCES work_streams (id) ON DELETE CASCADE, "work_item_id" uuid NOT NULL CONSTRAINT fk_work_stream_items_work_item_id REFERENCES work_items (id) ON DELETE CASCADE, "position" bigint NOT NULL, "created_at" timestamp with time zone NOT NULL, PRIMARY KEY ("stream_id", "work_item_id") );
CREATE INDEX "ix_work_stream_items_work_item_id" ON "work_stream_items" ("work_item_id");
CREATE INDEX "ix_work_stream_items_stream_id_position" ON "work_stream_items" ("stream_id", "position");
