//! References of the hot tables that are mostly missing: their indexes keep those that are there.
//!
//! An assignment of an agent by nobody else has none of three, and yet each claim and each completion wrote an entry for
//! each of them. Whoever looks for a reference has a value, so that both planners know that it is not missing. `down`
//! loses nothing: it makes the whole indexes again.

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
        for (table, column) in MISSING {
            c::sql(m, &format!("DROP INDEX ix_{table}_{column}")).await?;
            let set = format!("CREATE INDEX ix_{table}_{column}_set ON {table} ({column}) WHERE {column} IS NOT NULL");
            c::sql(m, &set).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in MISSING {
            c::sql(m, &format!("DROP INDEX ix_{table}_{column}_set")).await?;
            c::index(m, table, &[column]).await?;
        }
        Ok(())
    }
}

const MISSING: [(&str, &str); 4] = [
    ("task_assignments", "user_id"),
    ("task_assignments", "assigned_by"),
    ("task_assignments", "assigned_by_agent_id"),
    ("work_items", "parent_id"),
];
