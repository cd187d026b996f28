//! Where a row came from: the id that an import source gave it.
//!
//! `down` loses the links to the sources: a later import would import again.

use sea_orm_migration::prelude::*;

use crate::columns::{self as c};

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
                .col(c::text("source"))
                .col(c::text("source_id"))
                .col(c::text("entity_type"))
                .col(c::uuid("entity_id"))
                .col(c::text("content_sha256"))
                .col(c::timestamp("imported_at"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["source", "entity_type", "source_id"]).await?;
        c::index(m, TABLE, &["entity_type", "entity_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "external_refs";
