//! What the commands of sprints show alike.

use callboard_service::Ref;
use callboard_service::entity::{SprintStatus, sprints};
use callboard_service::sprint::SprintItemsChanged;

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Style, Text};

pub fn style(status: SprintStatus) -> Style {
    match status {
        SprintStatus::Planning => Style::Plain,
        SprintStatus::Active => Style::Active,
        SprintStatus::Completed => Style::Good,
        SprintStatus::OnHold => Style::Warning,
    }
}

/// `SPRINT-62  active  The parser  2026-11-16 to 2026-11-27`.
pub fn line(text: &mut Text, sprint: &sprints::Model) {
    text.plain(&sprint.code)
        .plain("  ")
        .push(style(sprint.status), sprint.status)
        .plain(format_args!("  {}", sprint.title));
    if let Some(days) = days(sprint) {
        text.plain(format_args!("  {days}"));
    }
    text.end();
}

/// From its first to its last day, as far as they are known.
pub fn days(sprint: &sprints::Model) -> Option<String> {
    match (sprint.starts_on, sprint.ends_on) {
        (Some(first), Some(last)) => Some(format!("{first} to {last}")),
        (Some(first), None) => Some(format!("from {first}")),
        (None, Some(last)) => Some(format!("to {last}")),
        (None, None) => None,
    }
}

/// Prints which items came or went.
pub fn changed(context: &Context, code: &Ref, what: [&str; 2], changed: &SprintItemsChanged) -> Result<(), CliError> {
    context.out.data("sprint_items_changed", changed, |text| {
        for (what, keys) in what.into_iter().zip([&changed.changed, &changed.already]) {
            if !keys.is_empty() {
                text.line(format_args!("{what}: {}", keys.join(", ")));
            }
        }
        text.line(format_args!("{code} has {} items", changed.total));
    })
}
