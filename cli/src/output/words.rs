//! How values are worded and coloured for people.

use callboard_service::clock::Timestamp;
use callboard_service::entity::{TaskAssignmentStatus, WorkItemStatus};
use chrono::{Local, SecondsFormat, TimeDelta};

use super::{Cell, Style};

/// A point in time: local, to the minute, with its offset; the year tells old ones apart.
pub fn time(at: Timestamp) -> String {
    at.with_timezone(&Local).format("%Y-%m-%d %H:%M %:z").to_string()
}

/// A point in time as machines read it.
pub fn rfc3339(at: Timestamp) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// How far away a point in time is: `in 14 min`, `3 h ago`.
pub fn distance(at: Timestamp, now: Timestamp) -> String {
    let delta = at - now;
    let size = length(delta.abs());
    if delta < TimeDelta::zero() { format!("{size} ago") } else { format!("in {size}") }
}

/// A length of time in its largest unit, rounded down.
pub fn length(delta: TimeDelta) -> String {
    match delta.num_seconds() {
        s @ 0..=119 => format!("{s} s"),
        s @ 120..=7199 => format!("{} min", s / 60),
        s @ 7200..=172_799 => format!("{} h", s / 3600),
        s => format!("{} days", s / 86_400),
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
