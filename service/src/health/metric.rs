//! What is measured: names, units, and the thresholds where nobody set others.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::rules;

/// A figure of a project.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Metric {
    /// Its name, such as `stale_items`.
    pub name: &'static str,
    /// What it counts, in one line.
    pub about: &'static str,
    /// What its values are.
    pub unit: Unit,
    /// On which side of the threshold it passes.
    pub limit: Limit,
    /// The threshold where the setting `health_thresholds` names none.
    pub threshold: f64,
    /// With fewer rows behind it than this it passes, unless the project or the board set a threshold.
    pub judged_from: u64,
    /// The command that shows what is behind it.
    pub see: &'static str,
}

/// What values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Whole numbers.
    Count,
    /// Shares, from 0 to 1.
    Ratio,
    /// Hours.
    Hours,
}

/// On which side of its threshold a value passes; the threshold itself passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Not above it.
    AtMost,
    /// Not below it.
    AtLeast,
}

impl Limit {
    /// Whether a value passes.
    pub fn passes(self, value: f64, threshold: f64) -> bool {
        match self {
            Self::AtMost => value <= threshold,
            Self::AtLeast => value >= threshold,
        }
    }
}

/// The days that `cycle_time` and `lead_time` look back.
pub(super) const TIMES_DAYS: i64 = 30;
/// The days that `throughput_7d` and what failed look back.
pub(super) const RECENT_DAYS: i64 = 7;

const fn metric(
    name: &'static str,
    unit: Unit,
    (limit, threshold): (Limit, f64),
    judged_from: u64,
    about: &'static str,
    see: &'static str,
) -> Metric {
    Metric { name, about, unit, limit, threshold, judged_from, see }
}

use Limit::{AtLeast, AtMost};

/// Every metric, in the order in which they are shown. Archived items count nowhere.
pub const METRICS: &[Metric] = &[
    metric(
        "completion_rate",
        Unit::Ratio,
        (AtLeast, 0.1),
        20,
        "of the items that are not cancelled, how many are done",
        "callboard project board",
    ),
    metric(
        "throughput_7d",
        Unit::Count,
        (AtLeast, 1.0),
        1,
        "items done in the last 7 days; judged while an unfinished item is older than that",
        "callboard item list --status done",
    ),
    metric(
        "stale_items",
        Unit::Count,
        (AtMost, 0.0),
        0,
        "held items without activity for longer than the agent's type allows",
        "callboard maintenance scan-cleanup --dry-run",
    ),
    metric(
        "dead_letters",
        Unit::Count,
        (AtMost, 0.0),
        0,
        "items that used up their attempts",
        "callboard item list --dead",
    ),
    metric(
        "overdue",
        Unit::Count,
        (AtMost, 0.0),
        0,
        "unfinished items whose due time is over",
        "callboard item list --overdue",
    ),
    metric(
        "stuck_items",
        Unit::Count,
        (AtMost, 0.0),
        0,
        "unfinished items that wait for a cancelled, archived or dead one",
        "callboard item list --stuck",
    ),
    metric(
        "blocked_ratio",
        Unit::Ratio,
        (AtMost, 0.25),
        4,
        "of the unfinished items, how many are blocked or paused",
        "callboard item list --status blocked",
    ),
    metric(
        "review_wait_max",
        Unit::Hours,
        (AtMost, 48.0),
        0,
        "how long the item that waits longest for its review has waited",
        "callboard item list --status review",
    ),
    metric(
        "cycle_time_p50",
        Unit::Hours,
        (AtMost, 72.0),
        3,
        "from the first start of an item until it was done: the median of those done in the last 30 days",
        "callboard item list --status done",
    ),
    metric(
        "cycle_time_p90",
        Unit::Hours,
        (AtMost, 168.0),
        3,
        "the same time, which nine of ten items did not exceed",
        "callboard item list --status done",
    ),
    metric(
        "lead_time_p50",
        Unit::Hours,
        (AtMost, 336.0),
        3,
        "from adding an item until it was done: the median of those done in the last 30 days",
        "callboard item list --status done",
    ),
    metric(
        "lead_time_p90",
        Unit::Hours,
        (AtMost, 720.0),
        3,
        "the same time, which nine of ten items did not exceed",
        "callboard item list --status done",
    ),
    metric(
        "failure_rate",
        Unit::Ratio,
        (AtMost, 0.3),
        5,
        "of the assignments that ended in the last 7 days by completion, failure or expiry, how many failed or expired",
        "callboard assignment list --status failed",
    ),
    metric(
        "lease_expiries",
        Unit::Count,
        (AtMost, 3.0),
        0,
        "assignments whose lease or acceptance ran out in the last 7 days",
        "callboard assignment list --status expired",
    ),
    metric(
        "expired_leases",
        Unit::Count,
        (AtMost, 0.0),
        0,
        "assignments that hold their item though their time is over",
        "callboard assignment expire --due --dry-run",
    ),
    metric(
        "verification_failures",
        Unit::Count,
        (AtMost, 0.0),
        0,
        "file operations that the newest look did not find as they should be",
        "callboard file list --status failed",
    ),
    metric(
        "decisions_due",
        Unit::Count,
        (AtMost, 0.0),
        0,
        "decisions in force whose time for a review has come",
        "callboard decision list --due",
    ),
];

/// Finds a metric, or says which are near to the one that is not there.
pub(super) fn find(name: &str) -> Result<&'static Metric> {
    METRICS.iter().find(|metric| metric.name == name).ok_or_else(|| {
        let near = rules::near(name, METRICS.iter().map(|metric| metric.name));
        Error::NotFound { entity: "metric", name: rules::escape(name), near }
    })
}
