//! Inboxes: what an agent was told, has not read, and has not acknowledged, each newest first; and the handovers of an item,
//! of which those to nobody in particular are in the inbox of whoever holds it.
//!
//! Without them an inbox reads all that its agent was ever told. `down` loses speed only: it makes the former indexes again.

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
        c::sql(m, "DROP INDEX ix_board_messages_unread").await?;
        c::sql(m, "DROP INDEX ix_board_messages_to_agent_id").await?;
        c::index(m, TABLE, &["to_agent_id", "id"]).await?;
        for (name, column) in MARKS {
            let sql = format!("CREATE INDEX {name} ON {TABLE} (to_agent_id, id) WHERE {column} IS NULL");
            c::sql(m, &sql).await?;
        }
        c::sql(
            m,
            "CREATE INDEX ix_board_messages_handed_over ON board_messages (work_item_id, id) WHERE kind = 'handover'",
        )
        .await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::sql(m, "DROP INDEX ix_board_messages_handed_over").await?;
        for (name, _) in MARKS {
            c::sql(m, &format!("DROP INDEX {name}")).await?;
        }
        c::sql(m, "DROP INDEX ix_board_messages_to_agent_id_id").await?;
        c::index(m, TABLE, &["to_agent_id"]).await?;
        c::sql(
            m,
            "CREATE INDEX ix_board_messages_unread ON board_messages (to_agent_id, project_id) WHERE read_at IS NULL",
        )
        .await
    }
}

const TABLE: &str = "board_messages";

const MARKS: [(&str, &str); 2] =
    [("ix_board_messages_to_read", "read_at"), ("ix_board_messages_to_acknowledge", "acknowledged_at")];
