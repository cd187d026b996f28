//! What reviewers said of finished work: accepted, or rejected with the reason. Append-only.
//!
//! `down` loses every review; the ledger keeps what it did to the item.

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
                .col(c::vocabulary(TABLE, "verdict", &["accepted", "rejected"]))
                .col(c::vocabulary(TABLE, "reviewer_type", &["agent", "user"]))
                .col(c::uuid("reviewer_id"))
                .col(c::text_null("reason"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["work_item_id", "created_at"]).await?;
        c::index(m, TABLE, &["assignment_id"]).await?;
        c::index(m, TABLE, &["session_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "reviews";
