//! What was done to the files of a project while an item was worked on.
//!
//! Paths are relative to the project's root. PostgreSQL's indexes take no row of more than 2,704 bytes, so the service
//! takes no path of more than 2,048.
//!
//! `down` loses every operation; the files themselves are not touched.

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
                .col(c::vocabulary(TABLE, "operation", &["create", "modify", "delete", "read", "move", "copy"]))
                .col(c::text("path"))
                .col(c::text_null("new_path"))
                .col(c::text_null("content_hash"))
                .col(c::integer_null("size_bytes"))
                .col(c::text_null("rationale"))
                .col(c::json_null("file_metadata"))
                .col(c::vocabulary(
                    TABLE,
                    "verification_status",
                    &["pending", "verified", "partial", "failed", "superseded"],
                ))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::timestamp("occurred_at"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["work_item_id", "path"]).await?;
        // Who else touched a file, by either of its names.
        c::index(m, TABLE, &["path", "work_item_id"]).await?;
        c::sql(
            m,
            "CREATE INDEX ix_file_operations_new_path ON file_operations (new_path, work_item_id) WHERE new_path IS NOT NULL",
        )
        .await?;
        c::sql(
            m,
            "CREATE INDEX ix_file_operations_unverified ON file_operations (work_item_id, verification_status) \
             WHERE verification_status IN ('pending', 'partial', 'failed')",
        )
        .await?;
        c::index(m, TABLE, &["assignment_id"]).await?;
        c::index(m, TABLE, &["session_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "file_operations";
