//! What agents tell each other, and handovers; in threads. A row has one reader, so a broadcast is a row for each of them.
//!
//! `down` loses every message.

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
                .col(c::reference_null(TABLE, "thread_id", "board_messages", OnDelete::SetNull))
                .col(c::vocabulary(TABLE, "kind", &["message", "handover", "broadcast"]))
                .col(c::reference_null(TABLE, "from_agent_id", "agent_profiles", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "to_agent_id", "agent_profiles", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "work_item_id", "work_items", OnDelete::SetNull))
                .col(c::json("body"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::timestamp_null("read_at"))
                .col(c::timestamp_null("acknowledged_at"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        // The inbox of an agent, and what is for nobody in particular.
        c::sql(
            m,
            "CREATE INDEX ix_board_messages_unread ON board_messages (to_agent_id, project_id) WHERE read_at IS NULL",
        )
        .await?;
        c::index(m, TABLE, &["project_id"]).await?;
        c::index(m, TABLE, &["thread_id"]).await?;
        c::index(m, TABLE, &["from_agent_id"]).await?;
        c::index(m, TABLE, &["to_agent_id"]).await?;
        c::index(m, TABLE, &["work_item_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "board_messages";
