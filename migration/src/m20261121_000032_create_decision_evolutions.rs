//! How one decision came of another. Append-only.
//!
//! `down` loses the links; the decisions keep the status that the links gave them.

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
                .col(c::reference(TABLE, "original_id", "board_decisions", OnDelete::Cascade))
                .col(c::reference(TABLE, "new_id", "board_decisions", OnDelete::Cascade))
                .col(c::vocabulary(TABLE, "kind", &["superseded", "refined", "reversed", "clarified"]))
                .col(c::text("reason"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["original_id", "new_id"]).await?;
        c::index(m, TABLE, &["new_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "decision_evolutions";
