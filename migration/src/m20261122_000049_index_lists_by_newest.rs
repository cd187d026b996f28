//! Lists that show the newest first: the indexes that find their rows carry the ids, by which they are in order.
//!
//! Without them a page of an agent's assignments, or of a project's sessions, decisions and runs, sorts all that there ever
//! were. `down` loses nothing: it makes the indexes without the ids again.

use sea_orm_migration::prelude::*;

use crate::columns as c;

#[derive(Debug, DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, m: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in LISTED {
            c::sql(m, &format!("DROP INDEX ix_{table}_{column}")).await?;
            c::index(m, table, &[column, "id"]).await?;
        }
        c::index(m, "work_sessions", &["project_id", "id"]).await?;
        c::sql(m, "DROP INDEX ix_work_sessions_project_id_started_at").await?;
        c::index(m, "board_decisions", &["project_id", "id"]).await?;
        // In the same order, or what an agent holds would be looked for among all that it ever held.
        c::sql(m, "DROP INDEX ix_task_assignments_agent_open").await?;
        c::sql(m, &format!("CREATE INDEX ix_task_assignments_agent_held ON task_assignments (agent_id, id) {OPEN}"))
            .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(m, "DROP INDEX ix_task_assignments_agent_held").await?;
        let open = format!("CREATE INDEX ix_task_assignments_agent_open ON task_assignments (agent_id, status) {OPEN}");
        c::sql(m, &open).await?;
        c::sql(m, "DROP INDEX ix_board_decisions_project_id_id").await?;
        c::index(m, "work_sessions", &["project_id", "started_at"]).await?;
        c::sql(m, "DROP INDEX ix_work_sessions_project_id_id").await?;
        for (table, column) in LISTED {
            c::sql(m, &format!("DROP INDEX ix_{table}_{column}_id")).await?;
            c::index(m, table, &[column]).await?;
        }
        Ok(())
    }
}

const OPEN: &str = "WHERE status IN ('assigned', 'started', 'paused')";

const LISTED: [(&str, &str); 5] = [
    ("task_assignments", "agent_id"),
    ("task_assignments", "status"),
    ("workflow_runs", "project_id"),
    ("workflow_runs", "status"),
    ("workflow_runs", "workflow_name"),
];
