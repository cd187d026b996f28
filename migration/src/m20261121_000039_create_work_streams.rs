//! Items that are worked on one after another for one purpose.
//!
//! `down` loses every stream, no item.

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
                .col(c::text("slug"))
                .col(c::text("name"))
                .col(c::vocabulary(
                    TABLE,
                    "stream_type",
                    &["documentation", "testing", "implementation", "research", "custom"],
                ))
                .col(c::vocabulary(TABLE, "status", &["open", "closed"]))
                .col(c::json_null("guidance"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["project_id", "slug"]).await?;
        c::index(m, TABLE, &["project_id", "status"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "work_streams";
