//! What was measured of a project, when, and whether it was within its threshold.
//!
//! `down` loses every measurement.

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
                .col(c::reference(TABLE, "project_id", "board_projects", OnDelete::Cascade))
                .col(c::text("metric_type"))
                .col(ColumnDef::new("value").double().not_null())
                .col(c::double_null("threshold"))
                .col(ColumnDef::new("is_passing").boolean().not_null())
                .col(c::json_null("details"))
                .col(c::timestamp("measured_at"))
                .col(c::created_at())
                .to_owned(),
        )
        .await?;
        c::index(m, TABLE, &["project_id", "metric_type", "measured_at"]).await?;
        c::index(m, TABLE, &["measured_at"]).await
    }

    async fn down(&self, m: &SchemaManager) -> Result<(), DbErr> {
        c::drop_table(m, TABLE).await
    }
}

const TABLE: &str = "project_health_metrics";
