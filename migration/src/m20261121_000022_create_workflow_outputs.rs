//! What a run gave, by key. An output stays when the run fails after it.
//!
//! `down` loses every output of a run; what its steps gave stays with the steps.

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
                .col(c::reference_null(TABLE, "step_id", "workflow_steps", OnDelete::SetNull))
                .col(c::text("output_key"))
                .col(c::text("output_value"))
                .col(c::vocabulary(TABLE, "output_type", &["text", "json", "citation_list"]))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["workflow_run_id", "output_key"]).await?;
        c::index(m, TABLE, &["step_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "workflow_outputs";
