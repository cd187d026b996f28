//! Delegation comes to an existing, populated `work_items`: nothing is delegated yet, nothing was tried.
//!
//! `down` loses what the delegation columns hold: delegation status, context and history, hours, counters,
//! requirement keys, backoff, dead letters, blocked reasons and the last activity.

use sea_orm_migration::prelude::*;

use crate::columns::{self as c};

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::add_column(m, TABLE, c::with_default(c::vocabulary(TABLE, "delegation_status", STATUSES), "unassigned"))
            .await?;
        c::add_column(m, TABLE, c::json_null("delegation_context")).await?;
        c::add_column(m, TABLE, c::json_null("delegation_history")).await?;
        c::add_column(m, TABLE, c::hours_null("estimated_hours")).await?;
        c::add_column(m, TABLE, c::hours_null("actual_hours")).await?;
        c::add_column(m, TABLE, c::with_default(c::integer("unmet_prerequisites"), 0)).await?;
        c::add_column(m, TABLE, c::with_default(c::integer("attempt_count"), 0)).await?;
        c::add_column(m, TABLE, c::with_default(c::integer("max_attempts"), 3)).await?;
        c::add_column(m, TABLE, c::with_default(c::text("requirement_key"), "")).await?;
        c::add_column(m, TABLE, c::timestamp_null("available_at")).await?;
        c::add_column(m, TABLE, c::timestamp_null("dead_at")).await?;
        c::add_column(m, TABLE, c::text_null("blocked_reason")).await?;
        c::add_column(m, TABLE, c::timestamp_null("last_activity_at")).await?;
        c::index(m, TABLE, &["delegation_status"]).await?;
        c::sql(m, "CREATE INDEX ix_work_items_available_at ON work_items (available_at) WHERE available_at IS NOT NULL")
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        // SQLite refuses to drop a column that an index still uses.
        for index in ["ix_work_items_available_at", "ix_work_items_delegation_status"] {
            m.drop_index(Index::drop().name(index).table(TABLE).to_owned()).await?;
        }
        for column in COLUMNS.iter().rev() {
            c::drop_column(m, TABLE, column).await?;
        }
        Ok(())
    }
}

const TABLE: &str = "work_items";
const STATUSES: &[&str] = &["unassigned", "assigned", "in_progress", "blocked", "completed", "cancelled"];
const COLUMNS: &[&str] = &[
    "delegation_status",
    "delegation_context",
    "delegation_history",
    "estimated_hours",
    "actual_hours",
    "unmet_prerequisites",
    "attempt_count",
    "max_attempts",
    "requirement_key",
    "available_at",
    "dead_at",
    "blocked_reason",
    "last_activity_at",
];
