//! Items that wait for others, which a claim that found nothing counts to say why.
//!
//! Beside those that are unassigned they are few, and the index by delegation status has all of these. `down` loses speed
//! only.

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
            "CREATE INDEX ix_work_items_waiting ON work_items (project_id) \
             WHERE delegation_status = 'unassigned' AND unmet_prerequisites > 0",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(m, "DROP INDEX ix_work_items_waiting").await
    }
}
