//! Settings of the board, and of a project where it differs.
//!
//! `down` loses every setting.

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
                .col(c::reference_null(TABLE, "project_id", "board_projects", OnDelete::Cascade))
                .col(c::text("key"))
                .col(c::json("value"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["project_id", "key"]).await?;
        // NULLs are distinct in a unique index, so the board-wide settings have one of their own.
        c::sql(m, "CREATE UNIQUE INDEX ux_board_settings_board ON board_settings (key) WHERE project_id IS NULL").await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "board_settings";
