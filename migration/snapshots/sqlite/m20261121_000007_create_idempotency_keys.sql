CREATE TABLE "idempotency_keys" ( "actor" text NOT NULL, "verb" text NOT NULL, "key" text NOT NULL, "request_sha256" text NOT NULL, "result" jsonb_text NOT NULL, "expires_at" timestamp_with_timezone_text NOT NULL, "created_at" timestamp_with_timezone_text NOT NULL, PRIMARY KEY ("actor", "verb", "key") );
CREATE INDEX "ix_idempotency_keys_expires_at" ON "idempotency_keys" ("expires_at");
