//! How a metric moved.

use callboard_entity::project_health_metrics as rows;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::metric;
use crate::clock::Timestamp;
use crate::db::{Query, Tx};
use crate::error::Result;
use crate::id::Ref;
use crate::page::{self, Page};
use crate::project;

/// The stored measurements of a metric, the newest first, a page at a time.
///
/// # Errors
/// `NotFound` for the metric, with the near ones, and for the project; `Invalid` for a limit outside 1 to 500.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct HealthHistory {
    /// The default project where none is named.
    pub project: Option<Ref>,
    /// One of [`super::METRICS`].
    pub metric: String,
    /// Goes on after this id, as the last page said.
    pub after: Option<Uuid>,
    /// 1 to 500; 50 where none is named.
    pub limit: Option<u64>,
}

/// A page of measurements.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HealthPage {
    /// The project's slug.
    pub project: String,
    /// The metric's name.
    pub metric: String,
    /// At most as many as the limit, the newest first.
    pub measures: Vec<PastMeasure>,
    /// Given as `after` for the next page; none on the last one.
    pub next: Option<Uuid>,
}

/// A stored measurement.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastMeasure {
    /// The row.
    pub id: Uuid,
    /// When it was measured.
    pub at: Timestamp,
    /// What was measured.
    pub value: f64,
    /// What it was held against then; none where it was only looked at.
    pub threshold: Option<f64>,
    /// Whether it passed.
    pub passing: bool,
    /// How many rows were behind it.
    pub details: Option<Value>,
}

impl Query for HealthHistory {
    type Output = HealthPage;

    async fn fetch(&self, tx: &Tx) -> Result<HealthPage> {
        let metric = metric::find(&self.metric)?;
        let limit = page::limit(self.limit)?;
        let project = project::resolve(tx, self.project.as_ref()).await?;
        let mut query = rows::Entity::find()
            .filter(rows::Column::ProjectId.eq(project.id))
            .filter(rows::Column::MetricType.eq(metric.name));
        if let Some(after) = self.after {
            query = query.filter(rows::Column::Id.lt(after));
        }
        let found = query.order_by_desc(rows::Column::Id).limit(limit + 1).all(&tx.conn).await?;
        let page = Page::cut(found, limit, |row| row.id).map(|row| PastMeasure {
            id: row.id,
            at: row.measured_at,
            value: row.value,
            threshold: row.threshold,
            passing: row.is_passing,
            details: row.details,
        });
        Ok(HealthPage { project: project.slug, metric: metric.name.to_owned(), measures: page.rows, next: page.next })
    }
}
