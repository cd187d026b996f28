//! Keeps what was measured.

use callboard_entity::project_health_metrics as rows;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, QuerySelect};
use serde_json::json;
use uuid::Uuid;

use super::measure::{HealthReport, MeasureHealth};
use crate::actor::Actor;
use crate::board::Callboard;
use crate::clock::{self, Timestamp};
use crate::db::{Tx, Verb};
use crate::error::Result;
use crate::{id, setting};

/// How many old rows are removed each time: one measurement adds fewer, so that it catches up.
const REMOVED: u64 = 1000;

impl Callboard {
    /// Measures a project's health and keeps it: a row for each metric, in one short transaction after the reading.
    ///
    /// What is older than the `health_metrics` of the setting `retention_days` is removed, at most 1,000 rows a time.
    ///
    /// # Errors
    /// As [`MeasureHealth`].
    pub async fn record_health(&self, measure: &MeasureHealth) -> Result<HealthReport> {
        let report = self.read(measure).await?;
        self.run(Actor::SYSTEM, &Record { report: &report }).await?;
        Ok(report)
    }
}

struct Record<'a> {
    report: &'a HealthReport,
}

impl Verb for Record<'_> {
    type Output = ();

    async fn apply(&self, tx: &Tx) -> Result<()> {
        let report = self.report;
        let measured = report.metrics.iter().map(|metric| {
            let row = rows::Model {
                id: id::new(),
                project_id: report.project_id,
                metric_type: metric.name.clone(),
                value: metric.value,
                threshold: metric.threshold,
                is_passing: metric.passing,
                details: Some(json!({ "of": metric.of })),
                measured_at: report.at,
                created_at: tx.now,
            };
            row.into_active_model().reset_all()
        });
        rows::Entity::insert_many(measured).exec_without_returning(&tx.conn).await?;
        let kept = setting::retention(tx, Some(report.project_id)).await?.metrics();
        remove_before(tx, report.project_id, clock::micros(tx.now - chrono::TimeDelta::days(kept))).await
    }
}

async fn remove_before(tx: &Tx, project: Uuid, cutoff: Timestamp) -> Result<()> {
    let old: Vec<Uuid> = rows::Entity::find()
        .select_only()
        .column(rows::Column::Id)
        .filter(rows::Column::ProjectId.eq(project))
        .filter(rows::Column::MeasuredAt.lt(cutoff))
        .order_by_asc(rows::Column::MeasuredAt)
        .limit(REMOVED)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    if !old.is_empty() {
        rows::Entity::delete_many().filter(rows::Column::Id.is_in(old)).exec(&tx.conn).await?;
    }
    Ok(())
}
