//! The order of item lists: most urgent first, then oldest, of one project and of all of them.
//!
//! Without it each page sorts every item that is not archived. `down` loses speed only.

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
        c::sql(m, "CREATE INDEX ix_work_items_list ON work_items (priority, id) WHERE archived_at IS NULL").await?;
        c::sql(
            m,
            "CREATE INDEX ix_work_items_list_project ON work_items (project_id, priority, id) WHERE archived_at IS NULL",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(m, "DROP INDEX ix_work_items_list_project").await?;
        c::sql(m, "DROP INDEX ix_work_items_list").await
    }
}
