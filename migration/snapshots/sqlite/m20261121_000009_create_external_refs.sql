CREATE TABLE "external_refs" ( "id" uuid_text NOT NULL PRIMARY KEY, "source" text NOT NULL, "source_id" text NOT NULL, "entity_type" text NOT NULL, "entity_id" uuid_text NOT NULL, "content_sha256" text NOT NULL, "imported_at" timestamp_with_timezone_text NOT NULL, "created_at" timestamp_with_timezone_text NOT NULL );
CREATE UNIQUE INDEX "ux_external_refs_source_entity_type_source_id" ON "external_refs" ("source", "entity_type", "source_id");
CREATE INDEX "ix_external_refs_entity_type_entity_id" ON "external_refs" ("entity_type", "entity_id");
