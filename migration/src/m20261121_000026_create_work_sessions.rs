//! Work sessions: who is at work, since when, on what. What was done in one is named by its id.
//!
//! `active_seconds` counts what is over; what runs since `resumed_at`, which is null while it does not run, comes on top.
//!
//! `down` loses the sessions; ledger rows keep the id of theirs.

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
                .col(c::text("key"))
                .col(c::reference_null(TABLE, "project_id", "board_projects", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "agent_id", "agent_profiles", OnDelete::SetNull))
                .col(c::with_check(
                    c::reference_null(TABLE, "user_id", "board_users", OnDelete::SetNull),
                    TABLE,
                    "holder",
                    "agent_id IS NULL OR user_id IS NULL",
                ))
                .col(c::vocabulary(TABLE, "source", &["cli", "mcp", "api"]))
                .col(c::vocabulary(TABLE, "session_type", &["work", "planning", "review"]))
                .col(c::vocabulary(TABLE, "status", &["active", "paused", "completed", "abandoned"]))
                .col(c::reference_null(TABLE, "active_work_item_id", "work_items", OnDelete::SetNull))
                .col(c::timestamp("started_at"))
                .col(c::timestamp_null("resumed_at"))
                .col(c::timestamp_null("paused_at"))
                .col(c::timestamp_null("ended_at"))
                .col(c::integer("active_seconds"))
                .col(c::text_null("summary"))
                .col(c::json_null("metadata"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["key"]).await?;
        // Not unique: a second session beside an active one is refused, unless it is asked for.
        c::sql(
            m,
            "CREATE INDEX ix_work_sessions_open ON work_sessions (project_id, agent_id, user_id) \
             WHERE status IN ('active', 'paused')",
        )
        .await?;
        c::index(m, TABLE, &["project_id", "started_at"]).await?;
        c::index(m, TABLE, &["agent_id", "status"]).await?;
        c::index(m, TABLE, &["user_id", "status"]).await?;
        c::index(m, TABLE, &["active_work_item_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "work_sessions";
