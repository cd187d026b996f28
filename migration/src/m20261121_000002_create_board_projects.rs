//! The projects: each numbers its own items and decisions.
//!
//! `down` loses every project.

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
                .col(c::text("slug"))
                .col(c::text("name"))
                .col(c::text("key_prefix"))
                .col(c::integer("next_item_number"))
                .col(c::integer("next_decision_number"))
                .col(c::text_null("root_path"))
                .col(c::vocabulary(TABLE, "status", &["active", "archived"]))
                .col(c::json_null("metadata"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["slug"]).await?;
        c::unique(m, TABLE, &["key_prefix"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "board_projects";
