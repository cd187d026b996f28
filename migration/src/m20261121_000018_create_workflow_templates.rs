//! Workflows as they were written down: every version stays as it is, so that a run can say what it was made from.
//!
//! `down` loses every template and its versions.

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
                .col(c::text("name"))
                .col(c::integer("version"))
                .col(c::text_null("description"))
                .col(c::json("definition"))
                .col(c::text("content_sha256"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["name", "version"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "workflow_templates";
