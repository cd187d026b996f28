//! The steps of a run, with what each gave: a run that goes on takes a stored output and does not do its step again.
//!
//! `down` loses every step and its output; the work items that delegated steps made stay as they are.

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
                .col(c::reference(TABLE, "workflow_run_id", "workflow_runs", OnDelete::Cascade))
                .col(c::integer("step_number"))
                .col(c::text("name"))
                .col(c::integer("occurrence"))
                .col(c::text("agent_name"))
                .col(c::reference_null(TABLE, "agent_id", "agent_profiles", OnDelete::SetNull))
                // An item that a step waits for is not deleted under it.
                .col(c::reference_null(TABLE, "work_item_id", "work_items", OnDelete::Restrict))
                .col(c::vocabulary(TABLE, "status", STATUSES))
                .col(c::integer("attempt"))
                .col(c::integer("max_attempts"))
                .col(c::json_null("spec"))
                .col(c::text_null("input_summary"))
                .col(c::text_null("output_summary"))
                .col(c::json_null("output"))
                .col(c::double_null("execution_time_seconds"))
                .col(c::json_null("error_context"))
                .col(c::text_null("stack_trace"))
                .col(c::timestamp_null("started_at"))
                .col(c::timestamp_null("completed_at"))
                .col(c::timestamp_null("next_attempt_at"))
                .col(c::timestamp_null("deadline_at"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["workflow_run_id", "step_number"]).await?;
        c::unique(m, TABLE, &["workflow_run_id", "name", "occurrence"]).await?;
        // Time-outs of steps that wait for their item.
        c::sql(
            m,
            "CREATE INDEX ix_workflow_steps_deadline ON workflow_steps (deadline_at) \
             WHERE status = 'waiting'",
        )
        .await?;
        c::index(m, TABLE, &["agent_id"]).await?;
        c::index(m, TABLE, &["work_item_id"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "workflow_steps";
const STATUSES: &[&str] = &["pending", "running", "waiting", "completed", "failed", "skipped", "cancelled"];
