//! The ledger: every change of an item, in the transaction that made it. Append-only.
//!
//! `down` loses the history and the comments.

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
                .col(c::integer("revision"))
                .col(c::uuid_null("assignment_id"))
                .col(c::uuid_null("session_id"))
                .col(c::text("kind"))
                .col(c::text_null("from_status"))
                .col(c::text_null("to_status"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::text_null("reason"))
                .col(c::json_null("data"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["work_item_id", "revision"]).await?;
        c::index(m, TABLE, &["assignment_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "work_item_events";
