//! Items in backoff by project: what of it is over is a part of the project's ready queue.
//!
//! By time alone SQLite would rather walk the whole project in the order of its list. `down` loses speed only.

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
            "CREATE INDEX ix_work_items_backoff_project ON work_items (project_id, available_at) WHERE available_at IS NOT NULL",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(m, "DROP INDEX ix_work_items_backoff_project").await
    }
}
