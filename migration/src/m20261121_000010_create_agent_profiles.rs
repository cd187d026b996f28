//! The agents of the board: who they are and what they say they can do.
//!
//! `down` loses every profile; an item assigned to an agent keeps the id of one that is gone.

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
                .col(c::text("slug"))
                .col(c::text("type"))
                .col(c::vocabulary(TABLE, "mode", MODES))
                .col(c::text_null("description"))
                .col(c::json_null("capabilities"))
                .col(c::json_null("constraints"))
                .col(c::json_null("tools"))
                .col(c::json_null("metadata"))
                .col(c::vocabulary(TABLE, "status", &["active", "inactive", "archived"]))
                .col(c::integer_null("max_open_assignments"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["slug"]).await?;
        c::index(m, TABLE, &["type", "status"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "agent_profiles";
const MODES: &[&str] = &["implementation", "planning", "review", "coordination", "analysis", "enablement"];
