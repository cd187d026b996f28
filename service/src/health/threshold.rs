//! The thresholds: a project's, else the board's, else the metric's own.

use serde_json::Value;
use uuid::Uuid;

use super::metric::{self, Metric, Unit};
use crate::db::Tx;
use crate::error::Result;
use crate::setting;

/// What was set for the metrics of a project.
#[derive(Debug, Default)]
pub(super) struct Thresholds {
    board: Option<Value>,
    project: Option<Value>,
}

/// What a metric is held against.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Threshold {
    /// None where it was set to null: the metric is only looked at.
    pub value: Option<f64>,
    /// Somebody set it.
    pub is_set: bool,
}

impl Thresholds {
    /// The setting `health_thresholds` as it counts for a project: two rows at most.
    pub async fn read(tx: &Tx, project: Uuid) -> Result<Self> {
        let (board, project) = setting::health_thresholds(tx, project).await?;
        Ok(Self { board, project })
    }

    pub fn of(&self, metric: &Metric) -> Threshold {
        let set = [&self.project, &self.board].into_iter().flatten().find_map(|value| value.get(metric.name));
        match set {
            Some(value) => Threshold { value: value.as_f64(), is_set: true },
            None => Threshold { value: Some(metric.threshold), is_set: false },
        }
    }
}

/// What is wrong with a value of the setting, if something is.
///
/// # Errors
/// `NotFound` for a metric that does not exist, with the near ones.
pub(crate) fn check(value: &Value) -> Result<Option<String>> {
    let Some(map) = value.as_object() else {
        return Ok(Some("must be a JSON object of metrics and numbers, such as {\"stale_items\": 3}".to_owned()));
    };
    for (name, value) in map {
        let metric = metric::find(name)?;
        let fits = |number: f64| number >= 0.0 && (metric.unit != Unit::Ratio || number <= 1.0);
        if !value.is_null() && !value.as_f64().is_some_and(fits) {
            let range = if metric.unit == Unit::Ratio { "from 0 to 1" } else { "of 0 or more" };
            return Ok(Some(format!("must give {name} a number {range}, or null to only look at it")));
        }
    }
    Ok(None)
}
