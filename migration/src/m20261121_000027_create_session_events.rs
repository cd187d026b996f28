//! What happened in a work session, in its order. Append-only. The stack of items is what push, pop and switch leave.
//!
//! `down` loses the notes, commands and stacks of all sessions.

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
                .col(c::reference(TABLE, "session_id", "work_sessions", OnDelete::Cascade))
                .col(c::integer("seq"))
                .col(c::vocabulary(
                    TABLE,
                    "kind",
                    &["push", "pop", "switch", "note", "command", "pause", "resume", "end"],
                ))
                .col(c::reference_null(TABLE, "work_item_id", "work_items", OnDelete::SetNull))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::json_null("data"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["session_id", "seq"]).await?;
        c::index(m, TABLE, &["work_item_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "session_events";
