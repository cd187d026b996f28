//! Which items a work stream holds, in which order.
//!
//! `down` loses the membership and the order, neither streams nor items.

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
                .col(c::reference(TABLE, "stream_id", "work_streams", OnDelete::Cascade))
                .col(c::reference(TABLE, "work_item_id", "work_items", OnDelete::Cascade))
                .col(c::integer("position"))
                .col(c::created_at())
                .primary_key(Index::create().col("stream_id").col("work_item_id"))
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["work_item_id"]).await?;
        c::index(m, TABLE, &["stream_id", "position"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "work_stream_items";
