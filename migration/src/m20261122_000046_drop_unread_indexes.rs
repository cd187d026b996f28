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
        for (table, column) in UNREAD {
            c::sql(m, &format!("DROP INDEX ix_{table}_{column}")).await?;
        }
        Ok(())
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in UNREAD {
            c::index(m, table, &[column]).await?;
        }
        Ok(())
    }
}

const UNREAD: [(&str, &str); 3] = [
    ("work_items", "delegation_status"),
    ("task_assignments", "assigned_at"),
    ("work_item_requirements", "capability"),
];
