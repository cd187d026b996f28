//! Health: figures of a project that are measured from its rows, each held against a threshold, and how they moved.

mod history;
mod measure;
mod metric;
mod record;
mod rows;
mod threshold;

pub use history::{HealthHistory, HealthPage, PastMeasure};
pub use measure::{HealthReport, MeasureHealth, Measured};
pub use metric::{Limit, METRICS, Metric, Unit};
pub(crate) use threshold::check as check_thresholds;
