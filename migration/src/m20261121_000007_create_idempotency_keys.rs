//! Answers already given, by actor, verb and key, so that a repeated request is answered and not done again.
//!
//! `down` loses the answers: a request repeated after it is done again.

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
                .col(c::text("actor"))
                .col(c::text("verb"))
                .col(c::text("key"))
                .col(c::text("request_sha256"))
                .col(c::json("result"))
                .col(c::timestamp("expires_at"))
                .col(c::created_at())
                .primary_key(Index::create().col("actor").col("verb").col("key"))
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["expires_at"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "idempotency_keys";
