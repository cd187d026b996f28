//! What came of the work on an item: texts of up to 64 KiB in the row, larger and binary ones as a file under the name of
//! their content. Each name has versions; a version is never changed.
//!
//! `down` loses every artifact's row, and with it the text that it holds; the files are not touched.

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
                .col(c::reference(TABLE, "work_item_id", "work_items", OnDelete::Cascade))
                .col(c::reference_null(TABLE, "assignment_id", "task_assignments", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "session_id", "work_sessions", OnDelete::SetNull))
                .col(c::text("name"))
                .col(c::vocabulary(TABLE, "artifact_type", TYPES))
                .col(c::integer("version"))
                .col(c::text("content_hash"))
                .col(c::integer("size_bytes"))
                .col(c::text_null("mime_type"))
                .col(c::text_null("content"))
                .col(c::text_null("path"))
                .col(c::reference_null(TABLE, "previous_version_id", "board_artifacts", OnDelete::SetNull))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["work_item_id", "name", "version"]).await?;
        c::index(m, TABLE, &["content_hash"]).await?;
        c::index(m, TABLE, &["previous_version_id"]).await?;
        c::index(m, TABLE, &["assignment_id"]).await?;
        c::index(m, TABLE, &["session_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "board_artifacts";
const TYPES: &[&str] = &["code", "documentation", "analysis", "design", "test", "config", "general"];
