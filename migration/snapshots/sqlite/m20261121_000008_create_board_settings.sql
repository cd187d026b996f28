CREATE TABLE "board_settings" ( "id" uuid_text NOT NULL PRIMARY KEY, "project_id" uuid_text NULL CONSTRAINT fk_board_settings_project_id REFERENCES board_projects (id) ON DELETE CASCADE, "key" text NOT NULL, "value" jsonb_text NOT NULL, "created_at" timestamp_with_timezone_text NOT NULL, "updated_at" timestamp_with_timezone_text NOT NULL );
CREATE UNIQUE INDEX "ux_board_settings_project_id_key" ON "board_settings" ("project_id", "key");
CREATE UNIQUE INDEX ux_board_settings_board ON board_settings (key) WHERE project_id IS NULL;
