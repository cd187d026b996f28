//! How values are worded and coloured for people.

use callboard_service::clock::Timestamp;
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use chrono::{Local, TimeDelta};

use super::{Cell, Style};

/// A point in time: local, to the minute, with its offset; the year tells old ones apart.
pub fn time(at: Timestamp) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M %:z").to_string()
}

/// How far away a point in time is: `in 14 min`, `3 h ago`.
pub fn distance(at: Timestamp, now: Timestamp) -> String {
    let delta = at - now;
    let size = length(delta.abs());
    if delta < TimeDelta::zero() { format!("{size} ago") } else { format!("in {size}") }
}

/// A length of time in one unit, rounded: `59 s`, `15 min`, `24 h`, `3 days`.
pub fn length(delta: TimeDelta) -> String {
    let seconds = delta.num_seconds();
    let rounded = |unit: i64| (seconds + unit / 2) / unit;
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", rounded(60)),
        7200..=172_799 => format!("{} h", rounded(3600)),
        _ => format!("{} days", rounded(86_400)),
    }
}

/// `P0` to `P4`, where 0 is the most urgent.
pub fn priority(priority: i64) -> Cell {
    let style = if priority == 0 { Style::Bad } else { Style::Plain };
    Cell::styled(style, format_args!("P{priority}"))
}

pub fn item_style(status: WorkItemStatus) -> Style {
    match status {
        WorkItemStatus::Backlog | WorkItemStatus::Cancelled => Style::Faint,
        WorkItemStatus::Todo => Style::Plain,
        WorkItemStatus::InProgress | WorkItemStatus::Review => Style::Active,
        WorkItemStatus::Blocked => Style::Warning,
        WorkItemStatus::Done => Style::Good,
    }
}

pub fn assignment_style(status: TaskAssignmentStatus) -> Style {
    match status {
        TaskAssignmentStatus::Assigned | TaskAssignmentStatus::Cancelled => Style::Plain,
        TaskAssignmentStatus::Started | TaskAssignmentStatus::Paused => Style::Active,
        TaskAssignmentStatus::Completed => Style::Good,
        TaskAssignmentStatus::Failed | TaskAssignmentStatus::Expired => Style::Warning,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded() {
        let seconds = [0, 59, 899, 3600, 86_399, 200_000].map(|s| length(TimeDelta::seconds(s)));
        assert_eq!(seconds, ["0 s", "59 s", "15 min", "60 min", "24 h", "2 days"]);
    }
}
