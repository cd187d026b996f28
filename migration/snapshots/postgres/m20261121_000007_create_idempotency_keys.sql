CREATE TABLE "idempotency_keys" ( "actor" text NOT NULL, "verb" text NOT NULL, "key" text NOT NULL, "request_sha256" text NOT NULL, "result" jsonb NOT NULL, "expires_at" timestamp with time zone NOT NULL, "created_at" timestamp with time zone NOT NULL, PRIMARY KEY ("actor", "verb", "key") );
CREATE INDEX "ix_idempotency_keys_expires_at" ON "idempotency_keys" ("expires_at");
