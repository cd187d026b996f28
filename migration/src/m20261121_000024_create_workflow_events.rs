//! The ledger of runs: every change of a run or of one of its steps, in the transaction that made it. Append-only.
//!
//! `down` loses the history of every run; runs and steps stay as they are.

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
                .col(c::reference(TABLE, "workflow_run_id", "workflow_runs", OnDelete::Cascade))
                .col(c::integer("revision"))
                .col(c::reference_null(TABLE, "step_id", "workflow_steps", OnDelete::SetNull))
                .col(c::text("kind"))
                .col(c::text_null("from_status"))
                .col(c::text_null("to_status"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::text_null("runner_id"))
                .col(c::integer("run_epoch"))
                .col(c::text_null("reason"))
                .col(c::json_null("data"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["workflow_run_id", "revision"]).await?;
        c::index(m, TABLE, &["step_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "workflow_events";
