//! Sprints: a project's time boxes.
//!
//! `down` loses every sprint.

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
                .col(c::text("code"))
                .col(c::text("title"))
                .col(c::text_null("goal"))
                .col(c::vocabulary(TABLE, "status", &["planning", "active", "completed", "on_hold"]))
                .col(ColumnDef::new("starts_on").date().null())
                .col(ColumnDef::new("ends_on").date().null())
                .col(c::json_null("metadata"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["project_id", "code"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "sprints";
