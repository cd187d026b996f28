//! What the agents of a run leave for each other, by agent and key, some of it for a while only.
//!
//! `down` loses all of it.

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
                .col(c::reference(TABLE, "workflow_run_id", "workflow_runs", OnDelete::Cascade))
                .col(c::text("agent_key"))
                .col(c::text("context_key"))
                .col(c::json("value"))
                .col(c::timestamp_null("expires_at"))
                .col(c::created_at())
                .col(c::updated_at())
                .primary_key(Index::create().col("workflow_run_id").col("agent_key").col("context_key"))
                .to_owned(),
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "workflow_context";
