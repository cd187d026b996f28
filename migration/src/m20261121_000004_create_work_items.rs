//! Work items as a tracker without agents knows them; delegation comes later, to a table that already holds rows.
//!
//! `down` loses every work item.

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
                .col(c::reference(TABLE, "project_id", "board_projects", OnDelete::Restrict))
                .col(c::reference_null(TABLE, "parent_id", TABLE, OnDelete::SetNull))
                .col(c::text("key"))
                .col(c::vocabulary(TABLE, "type", TYPES))
                .col(c::text("title"))
                .col(c::text_null("description"))
                .col(c::json_null("acceptance_criteria"))
                .col(c::vocabulary(TABLE, "status", STATUSES))
                .col(c::with_check(c::integer("priority"), TABLE, "priority", "priority BETWEEN 0 AND 4"))
                .col(c::vocabulary_null(TABLE, "assignee_type", &["agent", "user"]))
                .col(c::with_check(c::uuid_null("assignee_id"), TABLE, "assignee_id", ASSIGNEE))
                .col(c::json_null("tags"))
                .col(c::json_null("metadata"))
                .col(c::timestamp_null("due_at"))
                .col(c::timestamp_null("completed_at"))
                .col(c::timestamp_null("archived_at"))
                .col(c::integer("revision"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["key"]).await?;
        c::index(m, TABLE, &["project_id", "status"]).await?;
        c::index(m, TABLE, &["parent_id"]).await?;
        c::index(m, TABLE, &["assignee_type", "assignee_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "work_items";
const TYPES: &[&str] = &["epic", "feature", "story", "task", "bug", "spike", "decision", "chore"];
const STATUSES: &[&str] = &["backlog", "todo", "in_progress", "review", "blocked", "done", "cancelled"];
/// An assignee has both a type and an id, or neither.
const ASSIGNEE: &str = "(assignee_type IS NULL) = (assignee_id IS NULL)";
