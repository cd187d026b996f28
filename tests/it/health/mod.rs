//! Health: each metric moves with one row, on both databases alike.

mod history;
mod measure;
mod record;
mod thresholds;

use callboard_service::health::{HealthReport, MeasureHealth, Measured};
use support::Seed;

pub async fn report(seed: &Seed) -> HealthReport {
    seed.board.read(&MeasureHealth::default()).await.expect("measure")
}

pub async fn metric(seed: &Seed, name: &str) -> Measured {
    let report = report(seed).await;
    report.metrics.into_iter().find(|metric| metric.name == name).unwrap_or_else(|| panic!("there is no metric {name}"))
}

/// A metric's value, and the rows behind it.
pub async fn value(seed: &Seed, name: &str) -> (f64, u64) {
    let metric = metric(seed, name).await;
    (metric.value, metric.of)
}
