//! How values are worded and coloured for people.

use callboard_service::Ref;
use callboard_service::clock::Timestamp;
use callboard_service::entity::{
    ProjectStatus, SprintStatus, TaskAssignmentStatus, TaskPrerequisiteStatus, WorkItemStatus, WorkSessionStatus,
    WorkflowRunStatus, WorkflowStepStatus,
};
use callboard_service::sprint::normal_code;
use chrono::{Local, NaiveDate, TimeDelta};
use rust_decimal::Decimal;

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

/// How long something took: below ten seconds to the tenth.
pub fn took(delta: TimeDelta) -> String {
    let tenths = delta.num_milliseconds().max(0) / 100;
    if tenths < 100 { format!("{}.{} s", tenths / 10, tenths % 10) } else { length(delta) }
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

pub fn project_style(status: ProjectStatus) -> Style {
    match status {
        ProjectStatus::Active => Style::Plain,
        ProjectStatus::Archived => Style::Faint,
    }
}

pub fn sprint_style(status: SprintStatus) -> Style {
    match status {
        SprintStatus::Planning => Style::Plain,
        SprintStatus::Active => Style::Active,
        SprintStatus::Completed => Style::Good,
        SprintStatus::OnHold => Style::Warning,
    }
}

pub fn prerequisite_style(status: TaskPrerequisiteStatus) -> Style {
    match status {
        TaskPrerequisiteStatus::Pending => Style::Plain,
        TaskPrerequisiteStatus::Satisfied => Style::Good,
        TaskPrerequisiteStatus::Failed => Style::Bad,
        TaskPrerequisiteStatus::Waived => Style::Faint,
    }
}

pub fn run_style(status: WorkflowRunStatus) -> Style {
    match status {
        WorkflowRunStatus::Pending => Style::Plain,
        WorkflowRunStatus::Running => Style::Active,
        WorkflowRunStatus::Paused => Style::Warning,
        WorkflowRunStatus::Completed => Style::Good,
        WorkflowRunStatus::Failed => Style::Bad,
        WorkflowRunStatus::Cancelled => Style::Faint,
    }
}

pub fn step_style(status: WorkflowStepStatus) -> Style {
    match status {
        WorkflowStepStatus::Pending => Style::Plain,
        WorkflowStepStatus::Running | WorkflowStepStatus::Waiting => Style::Active,
        WorkflowStepStatus::Completed => Style::Good,
        WorkflowStepStatus::Failed => Style::Bad,
        WorkflowStepStatus::Skipped | WorkflowStepStatus::Cancelled => Style::Faint,
    }
}

pub fn session_style(status: WorkSessionStatus) -> Style {
    match status {
        WorkSessionStatus::Active => Style::Active,
        WorkSessionStatus::Paused => Style::Warning,
        WorkSessionStatus::Completed => Style::Good,
        WorkSessionStatus::Abandoned => Style::Faint,
    }
}

/// A sprint as it was named, with its code written the one way.
pub fn sprint(name: &Ref) -> String {
    let text = name.to_string();
    match name {
        Ref::Id(_) => text,
        Ref::Name(_) => normal_code(&text).unwrap_or(text),
    }
}

/// The first and the last day, as far as they are set.
pub fn days(first: Option<NaiveDate>, last: Option<NaiveDate>) -> Option<String> {
    match (first, last) {
        (Some(first), Some(last)) => Some(format!("{first} to {last}")),
        (Some(first), None) => Some(format!("from {first}")),
        (None, Some(last)) => Some(format!("until {last}")),
        (None, None) => None,
    }
}

/// Hours without superfluous zeros: both databases then look alike.
pub fn hours(hours: Decimal) -> String {
    hours.normalize().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_rounded() {
        let seconds = [0, 59, 899, 3600, 86_399, 200_000].map(|s| length(TimeDelta::seconds(s)));
        assert_eq!(seconds, ["0 s", "59 s", "15 min", "60 min", "24 h", "2 days"]);
    }

    #[test]
    fn short_times_are_told_to_the_tenth() {
        let told = [-5, 349, 9_949, 10_000, 61_000, 200_000].map(|ms| took(TimeDelta::milliseconds(ms)));
        assert_eq!(told, ["0.0 s", "0.3 s", "9.9 s", "10 s", "61 s", "3 min"]);
    }

    #[test]
    fn a_sprint_is_named_the_one_way() {
        assert_eq!(sprint(&Ref::from("62")), "SPRINT-62");
        assert_eq!(sprint(&Ref::from("no code!")), "no code!");
    }

    #[test]
    fn days_are_shown_as_far_as_they_are_set() {
        let day = NaiveDate::from_ymd_opt(2026, 1, 5);
        let shown = [days(day, day), days(day, None), days(None, day), days(None, None)];
        let expected = ["2026-01-05 to 2026-01-05", "from 2026-01-05", "until 2026-01-05"];
        assert_eq!(shown.into_iter().flatten().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn hours_have_no_superfluous_zeros() {
        assert_eq!([hours(Decimal::new(1250, 2)), hours(Decimal::new(300, 2))], ["12.5", "3"]);
        assert_eq!(hours(Decimal::new(0, 2)), "0");
    }
}
