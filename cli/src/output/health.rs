//! Health for people.

use callboard_service::health::{HealthPage, HealthReport, Limit, Measured, Unit};

use super::{Cell, Style, Table, Text, chart, words};

/// Every metric with its value, its threshold and how it moved.
pub fn report(text: &mut Text, report: &HealthReport) {
    let mut table = Table::new(["METRIC", "VALUE", "", "LIMIT", "HISTORY", "OF", "SEE"]);
    for metric in &report.metrics {
        let (style, word) = verdict(metric);
        let history: Vec<f64> = metric.recent.iter().copied().chain([metric.value]).collect();
        table.row([
            Cell::new(&metric.name),
            Cell::styled(style, value(metric.unit, metric.value)),
            Cell::styled(style, word),
            Cell::optional(limit(metric)),
            Cell::styled(Style::Active, chart::spark(&history)),
            Cell::new(metric.of),
            Cell::styled(Style::Hint, if metric.passing { "" } else { metric.see.as_str() }),
        ]);
    }
    text.table(&table, "Nothing is measured.");
    let all = report.metrics.len() as u64;
    match report.failing {
        0 => text.push(Style::Good, format_args!("{}: all {all} pass", report.project)).end(),
        failing => text.push(Style::Bad, format_args!("{}: {failing} of {all} fail", report.project)).end(),
    };
}

/// The kept measurements of a metric.
pub fn history(text: &mut Text, page: &HealthPage) {
    text.line(format_args!("{} of {}", page.metric, page.project));
    let values: Vec<f64> = page.measures.iter().rev().map(|measure| measure.value).collect();
    if !values.is_empty() {
        text.push(Style::Active, chart::spark(&values)).end();
    }
    let mut table = Table::new(["MEASURED", "VALUE", "LIMIT", "", "OF"]);
    for measure in &page.measures {
        let style = if measure.passing { Style::Good } else { Style::Bad };
        let of = measure.details.as_ref().and_then(|details| details.get("of")).and_then(serde_json::Value::as_u64);
        table.row([
            Cell::new(words::time(measure.at)),
            Cell::new(measure.value),
            Cell::optional(measure.threshold),
            Cell::styled(style, if measure.passing { "pass" } else { "FAIL" }),
            Cell::optional(of),
        ]);
    }
    text.table(&table, "Nothing was measured yet: callboard health does.");
}

fn verdict(metric: &Measured) -> (Style, &'static str) {
    match (metric.judged, metric.passing) {
        (false, _) => (Style::Faint, "-"),
        (true, true) => (Style::Good, "pass"),
        (true, false) => (Style::Bad, "FAIL"),
    }
}

fn value(unit: Unit, value: f64) -> String {
    match unit {
        Unit::Count => format!("{value}"),
        Unit::Ratio => format!("{:.1} %", value * 100.0),
        Unit::Hours => format!("{value:.1} h"),
    }
}

fn limit(metric: &Measured) -> Option<String> {
    let side = if metric.limit == Limit::AtMost { "at most" } else { "at least" };
    metric.threshold.map(|threshold| format!("{side} {}", value(metric.unit, threshold)))
}
