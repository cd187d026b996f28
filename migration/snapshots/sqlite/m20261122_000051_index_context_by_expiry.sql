CREATE INDEX ix_workflow_context_expires_at ON workflow_context (expires_at) WHERE expires_at IS NOT NULL;
