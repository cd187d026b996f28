//! Assignments: who holds an item, since when and until when. The id of the open one is the fence of its holder.
//!
//! `down` loses every assignment; items and their ledger stay as they are, so an item that was held reads as in
//! progress without a holder and is moved on by hand.

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
                .col(c::reference_null(TABLE, "agent_id", "agent_profiles", OnDelete::Restrict))
                .col(c::with_check(
                    c::reference_null(TABLE, "user_id", "board_users", OnDelete::Restrict),
                    TABLE,
                    "holder",
                    "(agent_id IS NULL) <> (user_id IS NULL)",
                ))
                .col(c::reference_null(TABLE, "assigned_by", "board_users", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "assigned_by_agent_id", "agent_profiles", OnDelete::SetNull))
                .col(c::timestamp("assigned_at"))
                .col(c::timestamp_null("started_at"))
                .col(c::timestamp_null("completed_at"))
                .col(c::vocabulary(TABLE, "status", STATUSES))
                .col(c::integer("attempt"))
                .col(c::timestamp_null("lease_expires_at"))
                .col(c::timestamp_null("heartbeat_at"))
                .col(c::text_null("notes"))
                .col(c::json_null("context"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::sql(
            m,
            "CREATE UNIQUE INDEX ux_task_assignments_open ON task_assignments (work_item_id) \
             WHERE status IN ('assigned', 'started', 'paused')",
        )
        .await?;
        c::sql(
            m,
            "CREATE INDEX ix_task_assignments_lease ON task_assignments (lease_expires_at) \
             WHERE status IN ('assigned', 'started', 'paused')",
        )
        .await?;
        // What an agent holds now, without walking over what it ever held.
        c::sql(
            m,
            "CREATE INDEX ix_task_assignments_agent_open ON task_assignments (agent_id, status) \
             WHERE status IN ('assigned', 'started', 'paused')",
        )
        .await?;
        c::index(m, TABLE, &["work_item_id"]).await?;
        c::index(m, TABLE, &["agent_id"]).await?;
        c::index(m, TABLE, &["user_id"]).await?;
        c::index(m, TABLE, &["status"]).await?;
        c::index(m, TABLE, &["assigned_at"]).await?;
        c::index(m, TABLE, &["assigned_by"]).await?;
        c::index(m, TABLE, &["assigned_by_agent_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "task_assignments";
const STATUSES: &[&str] = &["assigned", "started", "paused", "completed", "failed", "cancelled", "expired"];
