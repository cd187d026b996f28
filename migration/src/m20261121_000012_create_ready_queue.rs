//! The ready queue: partial indexes over what claim may hand out, by requirement key, then most urgent, then oldest;
//! and one over what is set aside for a named agent, which claim takes first.
//!
//! The predicate stands in the claim's SQL to the letter: a bound parameter would keep both planners from using the
//! index (notes/performance.md, section 5). `down` loses speed only.

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
        c::sql(
            m,
            &format!("CREATE INDEX ix_work_items_ready ON work_items (requirement_key, priority, id) WHERE {READY}"),
        )
        .await?;
        c::sql(
            m,
            &format!(
                "CREATE INDEX ix_work_items_ready_project ON work_items (project_id, requirement_key, priority, id) \
                 WHERE {READY}"
            ),
        )
        .await?;
        c::sql(
            m,
            "CREATE INDEX ix_work_items_preassigned ON work_items (assignee_id, priority, id) \
             WHERE status = 'todo' AND delegation_status = 'unassigned' AND unmet_prerequisites = 0 \
             AND archived_at IS NULL AND available_at IS NULL AND assignee_type = 'agent' AND type <> 'epic'",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for index in ["ix_work_items_preassigned", "ix_work_items_ready_project", "ix_work_items_ready"] {
            m.drop_index(Index::drop().name(index).table("work_items").to_owned()).await?;
        }
        Ok(())
    }
}

const READY: &str = "status = 'todo' AND delegation_status = 'unassigned' AND unmet_prerequisites = 0 \
    AND archived_at IS NULL AND available_at IS NULL AND assignee_id IS NULL AND type <> 'epic'";
