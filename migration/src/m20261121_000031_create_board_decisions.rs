//! What was decided, why, and what came of it; numbered in each project. A project that has decisions is not deleted.
//!
//! `down` loses the decisions; the next number of each project stays, so that none is given twice. What tells from which
//! file one was imported stays too, and names nothing: the next import of that file replaces it.

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
                .col(c::reference(TABLE, "project_id", "board_projects", OnDelete::Restrict))
                .col(c::integer("number"))
                .col(c::reference_null(TABLE, "work_item_id", "work_items", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "session_id", "work_sessions", OnDelete::SetNull))
                .col(c::reference_null(TABLE, "agent_id", "agent_profiles", OnDelete::SetNull))
                .col(c::text("title"))
                .col(c::vocabulary(
                    TABLE,
                    "category",
                    &[
                        "architecture",
                        "implementation",
                        "design",
                        "technology",
                        "process",
                        "quality",
                        "security",
                        "performance",
                    ],
                ))
                .col(c::vocabulary(TABLE, "impact", &["high", "medium", "low"]))
                .col(c::vocabulary(TABLE, "status", &["proposed", "accepted", "superseded", "rejected", "reversed"]))
                .col(c::text_null("problem"))
                .col(c::text_null("context"))
                .col(c::text("decision"))
                .col(c::text("rationale"))
                .col(c::text_null("implementation_approach"))
                .col(c::json_null("alternatives"))
                .col(c::json_null("trade_offs"))
                .col(c::json_null("risks"))
                .col(c::json_null("mitigations"))
                .col(c::json_null("success_criteria"))
                .col(c::json_null("affected_files"))
                .col(c::json_null("affected_components"))
                .col(c::vocabulary(TABLE, "implementation_status", &["planned", "in_progress", "completed", "failed"]))
                .col(c::text_null("outcome"))
                .col(c::text_null("lessons"))
                .col(c::timestamp_null("review_at"))
                .col(c::vocabulary(TABLE, "actor_type", &["agent", "user", "system"]))
                .col(c::uuid_null("actor_id"))
                .col(c::created_at())
                .col(c::updated_at())
                .to_owned(),
        )
        .await?;
        c::unique(m, TABLE, &["project_id", "number"]).await?;
        c::index(m, TABLE, &["work_item_id"]).await?;
        c::index(m, TABLE, &["session_id"]).await?;
        c::index(m, TABLE, &["agent_id"]).await?;
        c::sql(
            m,
            "CREATE INDEX ix_board_decisions_review_at ON board_decisions (review_at) WHERE review_at IS NOT NULL",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "board_decisions";
