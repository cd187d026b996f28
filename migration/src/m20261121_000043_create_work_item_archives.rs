//! Items that were taken off the board, each with all of its rows, to be put back until it expires.
//!
//! `down` loses what the archive holds: restore what is still wanted before.

use sea_orm_migration::prelude::*;

use crate::columns::{self as c, OnDelete};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        m.create_table(
            Table::create()
                .table(TABLE)
                .col(c::id())
                .col(c::reference(TABLE, "project_id", "board_projects", OnDelete::Cascade))
                .col(c::uuid("item_id"))
                .col(c::text("item_key"))
                .col(c::text("title"))
                .col(c::vocabulary(TABLE, "reason", &["completed", "stale", "failed", "orphaned"]))
                .col(c::json("content"))
                .col(c::text("content_sha256"))
                .col(c::integer("row_count"))
                .col(ColumnDef::new("restorable").boolean().not_null())
                .col(c::reference_null(TABLE, "operation_id", "maintenance_operations", OnDelete::SetNull))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::timestamp("expires_at"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["item_id"]).await?;
        c::index(m, TABLE, &["project_id", "item_key"]).await?;
        c::index(m, TABLE, &["expires_at"]).await?;
        c::index(m, TABLE, &["operation_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "work_item_archives";
