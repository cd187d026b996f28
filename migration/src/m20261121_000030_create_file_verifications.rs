//! What a look at the file system found of a file operation. Append-only. `errors` names what differs: what was expected,
//! and what is there.
//!
//! `down` loses what was found; the operations keep their newest status.

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
                .col(c::reference(TABLE, "operation_id", "file_operations", OnDelete::Cascade))
                .col(ColumnDef::new("file_exists").boolean().not_null())
                .col(ColumnDef::new("content_matches").boolean().null())
                .col(ColumnDef::new("size_matches").boolean().null())
                .col(ColumnDef::new("is_regular_file").boolean().null())
                .col(c::vocabulary(TABLE, "status", &["verified", "partial", "failed"]))
                .col(c::json_null("errors"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["operation_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "file_verifications";
