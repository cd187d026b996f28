//! Indexes that no query reads: each was written with every claim, and served none (docs/performance/indexes.md).
//!
//! `down` makes them again, and loses nothing.

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
        for (index, ..) in UNREAD {
            c::sql(m, &format!("DROP INDEX {index}")).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (index, table, column) in UNREAD {
            c::sql(m, &format!("CREATE INDEX {index} ON {table} ({column})")).await?;
        }
        Ok(())
    }
}

const UNREAD: [(&str, &str, &str); 3] = [
    ("ix_work_items_delegation_status", "work_items", "delegation_status"),
    ("ix_task_assignments_assigned_at", "task_assignments", "assigned_at"),
    ("ix_work_item_requirements_capability", "work_item_requirements", "capability"),
];
