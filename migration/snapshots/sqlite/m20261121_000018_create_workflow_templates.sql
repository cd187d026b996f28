CREATE TABLE "workflow_templates" ( "id" uuid_text NOT NULL PRIMARY KEY, "name" text NOT NULL, "version" integer NOT NULL, "description" text NULL, "definition" jsonb_text NOT NULL, "content_sha256" text NOT NULL, "created_at" timestamp_with_timezone_text NOT NULL );
CREATE UNIQUE INDEX "ux_workflow_templates_name_version" ON "workflow_templates" ("name", "version");
