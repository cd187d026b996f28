//! Items that nothing will complete unless somebody acts: the dead, by when they died, and the cancelled. The board looks for
//! them each time.
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
            "CREATE INDEX ix_work_items_lost ON work_items (dead_at, id) \
             WHERE archived_at IS NULL AND (dead_at IS NOT NULL OR status = 'cancelled')",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(m, "DROP INDEX ix_work_items_lost").await
    }
}
