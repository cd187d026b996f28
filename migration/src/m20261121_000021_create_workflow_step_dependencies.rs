//! Which steps of a run must be completed before a step may start.
//!
//! `down` loses the dependencies: the steps that are left can be told apart only by their numbers.

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
                .col(c::reference(TABLE, "step_id", "workflow_steps", OnDelete::Cascade))
                .col(c::reference(TABLE, "depends_on_id", "workflow_steps", OnDelete::Cascade))
                .col(c::created_at())
                .primary_key(Index::create().col("step_id").col("depends_on_id"))
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["depends_on_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "workflow_step_dependencies";
