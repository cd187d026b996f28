CREATE TABLE "sprint_items" ( "sprint_id" uuid_text NOT NULL CONSTRAINT fk_sprint_items_sprint_id REFERENCES sprints (id) ON DELETE CASCADE, "work_item_id" uuid_text NOT NULL CONSTRAINT fk_sprint_items_work_item_id REFERENCES work_items (id) ON DELETE CASCADE, "position" integer NOT NULL, "created_at" timestamp_with_timezone_text NOT NULL, PRIMARY KEY ("sprint_id", "work_item_id") );
CREATE INDEX "ix_sprint_items_work_item_id" ON "sprint_items" ("work_item_id");
CREATE INDEX "ix_sprint_items_sprint_id_position" ON "sprint_items" ("sprint_id", "position");
