//! Measures a project's health.

use std::collections::HashMap;

use callboard_entity::project_health_metrics as stored;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::metric::{Limit, METRICS, Unit};
use super::rows;
use super::threshold::Thresholds;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::project;

/// How many earlier values come with each metric.
const RECENT: u64 = 20;

/// Measures every metric of a project by aggregates over its rows: a fixed number of statements, and one for each 1,000
/// open assignments.
///
/// It changes nothing; [`crate::Callboard::record_health`] keeps what it finds. Archived items count nowhere.
///
/// # Errors
/// `NotFound` for the project.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct MeasureHealth {
    /// The default project where none is named.
    pub project: Option<Ref>,
}

/// A project's metrics at one time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthReport {
    /// The project's slug.
    pub project: String,
    /// The project.
    pub project_id: Uuid,
    /// When it was measured.
    pub at: Timestamp,
    /// How many metrics do not pass.
    pub failing: u64,
    /// Every one of [`METRICS`], in that order.
    pub metrics: Vec<Measured>,
}

/// A metric's value, held against its threshold.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measured {
    /// The metric.
    pub name: String,
    /// What it counts.
    pub about: String,
    /// What was measured, to four decimals; 0 where there is nothing to measure.
    pub value: f64,
    /// What the value is.
    pub unit: Unit,
    /// On which side of the threshold it passes.
    pub limit: Limit,
    /// None where the setting makes it null: it is only looked at, and passes.
    pub threshold: Option<f64>,
    /// How many rows are behind the value.
    pub of: u64,
    /// Whether there are rows enough to judge it, or somebody set the threshold.
    pub judged: bool,
    /// Whether it passes.
    pub passing: bool,
    /// The values that were kept before, the oldest first: at most 20.
    pub recent: Vec<f64>,
    /// The command that shows what is behind it.
    pub see: String,
}

/// A value, and how many rows are behind it.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Value {
    pub value: f64,
    pub of: u64,
}

impl Query for MeasureHealth {
    type Output = HealthReport;

    async fn fetch(&self, tx: &Tx) -> Result<HealthReport> {
        let project = project::resolve(tx, self.project.as_ref()).await?;
        let thresholds = Thresholds::read(tx, project.id).await?;
        let values = rows::values(tx, project.id).await?;
        let mut recent = recent(tx, project.id).await?;
        let metrics: Vec<Measured> = METRICS
            .iter()
            .map(|metric| {
                let found = values.get(metric.name).copied().unwrap_or_default();
                let threshold = thresholds.of(metric);
                let judged = threshold.value.is_some() && (threshold.is_set || found.of >= metric.judged_from);
                Measured {
                    name: metric.name.to_owned(),
                    about: metric.about.to_owned(),
                    value: found.value,
                    unit: metric.unit,
                    limit: metric.limit,
                    threshold: threshold.value,
                    of: found.of,
                    judged,
                    passing: !judged || threshold.value.is_none_or(|limit| metric.limit.passes(found.value, limit)),
                    recent: recent.remove(metric.name).unwrap_or_default(),
                    see: metric.see.to_owned(),
                }
            })
            .collect();
        let failing = metrics.iter().filter(|metric| !metric.passing).count() as u64;
        Ok(HealthReport { project: project.slug, project_id: project.id, at: tx.now, failing, metrics })
    }
}

/// The newest kept values of each metric, the oldest first: all metrics are kept together.
async fn recent(tx: &Tx, project: Uuid) -> Result<HashMap<String, Vec<f64>>> {
    let rows: Vec<(String, f64)> = stored::Entity::find()
        .select_only()
        .columns([stored::Column::MetricType, stored::Column::Value])
        .filter(stored::Column::ProjectId.eq(project))
        .filter(stored::Column::MetricType.is_in(METRICS.iter().map(|metric| metric.name)))
        .filter(stored::Column::MeasuredAt.gte(since(tx, project).await?))
        .order_by_asc(stored::Column::Id)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    let mut recent: HashMap<String, Vec<f64>> = HashMap::new();
    for (name, value) in rows {
        recent.entry(name).or_default().push(value);
    }
    for values in recent.values_mut() {
        let surplus = values.len().saturating_sub(usize::try_from(RECENT).unwrap_or(usize::MAX));
        values.drain(..surplus);
    }
    Ok(recent)
}

/// When the oldest of the newest measurements was made, by the first metric: one entry of an index each.
async fn since(tx: &Tx, project: Uuid) -> Result<Timestamp> {
    let newest: Vec<Timestamp> = stored::Entity::find()
        .select_only()
        .column(stored::Column::MeasuredAt)
        .filter(stored::Column::ProjectId.eq(project))
        .filter(stored::Column::MetricType.eq(METRICS[0].name))
        .order_by_desc(stored::Column::MeasuredAt)
        .limit(RECENT)
        .into_tuple()
        .all(&tx.conn)
        .await?;
    Ok(newest.last().copied().unwrap_or(tx.now))
}
