CREATE TABLE "workflow_templates" ( "id" uuid NOT NULL PRIMARY KEY, "name" text NOT NULL, "version" bigint NOT NULL, "description" text NULL, "definition" jsonb NOT NULL, "content_sha256" text NOT NULL, "created_at" timestamp with time zone NOT NULL );
CREATE UNIQUE INDEX "ux_workflow_templates_name_version" ON "workflow_templates" ("name", "version");
