//! How far the work on an item has come, as its holder wrote it down. Append-only; the oldest are removed.
//!
//! `down` loses every checkpoint.

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
                .col(c::reference(TABLE, "work_item_id", "work_items", OnDelete::Cascade))
                .col(c::reference_null(TABLE, "assignment_id", "task_assignments", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "session_id", "work_sessions", OnDelete::SetNull))
                .col(c::integer("seq"))
                .col(c::text("note"))
                .col(c::json_null("data"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["work_item_id", "seq"]).await?;
        c::index(m, TABLE, &["assignment_id"]).await?;
        c::index(m, TABLE, &["session_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "checkpoints";
