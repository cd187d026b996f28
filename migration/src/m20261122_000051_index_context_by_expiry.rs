//! Values of workflow runs by the time at which they expire, which each sweep asks for.
//!
//! `down` loses speed only.

use sea_orm_migration::prelude::*;

use crate::columns as c;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(
            m,
            "CREATE INDEX ix_workflow_context_expires_at ON workflow_context (expires_at) WHERE expires_at IS NOT NULL",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(m, "DROP INDEX ix_workflow_context_expires_at").await
    }
}
