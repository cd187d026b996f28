//! Runs of workflows: how far each is, which process drives it and until when. `run_epoch` is the fence of its runner.
//!
//! `down` loses every run; the work items that its steps made stay as they are.

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
                .col(c::text("workflow_name"))
                .col(c::text("workflow_id"))
                .col(c::reference_null(TABLE, "project_id", "board_projects", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "template_id", "workflow_templates", OnDelete::Restrict))
                .col(c::vocabulary(TABLE, "status", STATUSES))
                .col(c::json_null("inputs"))
                .col(c::integer_null("total_steps"))
                .col(c::integer("steps_completed"))
                .col(c::text_null("error_message"))
                .col(c::timestamp_null("started_at"))
                .col(c::timestamp_null("completed_at"))
                .col(c::text_null("runner_id"))
                .col(c::integer("run_epoch"))
                .col(c::timestamp_null("lease_expires_at"))
                .col(c::integer("revision"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["workflow_id"]).await?;
        // Interrupted runs: their runner is gone, and nobody has taken them over.
        c::sql(
            m,
            "CREATE INDEX ix_workflow_runs_lease ON workflow_runs (lease_expires_at) \
             WHERE status = 'running' AND runner_id IS NOT NULL",
        )
        .await?;
        c::index(m, TABLE, &["status"]).await?;
        c::index(m, TABLE, &["workflow_name"]).await?;
        c::index(m, TABLE, &["project_id"]).await?;
        c::index(m, TABLE, &["template_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "workflow_runs";
const STATUSES: &[&str] = &["pending", "running", "paused", "completed", "failed", "cancelled"];
