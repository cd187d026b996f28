//! Each run of the maintenance: what it was asked, how far it is, and what it found and did.
//!
//! `down` loses the record of every run, nothing of what they did.

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
                .col(c::reference_null(TABLE, "project_id", "board_projects", OnDelete::Cascade))
                .col(c::vocabulary(TABLE, "operation_type", TYPES))
                .col(c::vocabulary(TABLE, "scope", &["current_session", "full_project", "specific_item"]))
                .col(c::vocabulary(TABLE, "validation_level", &["basic", "comprehensive", "full_audit"]))
                .col(c::uuid_null("target_id"))
                .col(c::reference_null(TABLE, "session_id", "work_sessions", OnDelete::SetNull))
                .col(ColumnDef::new("dry_run").boolean().not_null())
                .col(c::vocabulary(TABLE, "execution_status", &["pending", "running", "completed", "failed"]))
                .col(c::json_null("results"))
                .col(ColumnDef::new("auto_resolution_attempted").boolean().not_null())
                .col(c::timestamp_null("started_at"))
                .col(c::timestamp_null("lease_expires_at"))
                .col(c::json_null("cursor"))
                .col(c::text_null("error"))
                .col(c::timestamp_null("completed_at"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["project_id", "operation_type", "created_at"]).await?;
        c::sql(
            m,
            "CREATE INDEX ix_maintenance_operations_running ON maintenance_operations (lease_expires_at) \
             WHERE execution_status IN ('pending', 'running')",
        )
        .await?;
        c::index(m, TABLE, &["session_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "maintenance_operations";
const TYPES: &[&str] = &["scan_cleanup", "validate_structure", "update_documentation", "prepare_handover", "sweep"];
