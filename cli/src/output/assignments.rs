//! Assignments for people.

use callboard_service::assignment::{
    Assigned, AssignmentPage, Claimed, Completed, Expired, Explanation, Outcome, Past, matching::Capabilities,
};
use callboard_service::clock::Timestamp;
use callboard_service::entity::{WorkItemStatus, task_assignments};

use super::{Cell, Printer, Style, Table, Text, words};

/// An assignment and its item after a verb.
pub fn outcome(text: &mut Text, outcome: &Outcome) {
    let Outcome { assignment, item, already } = outcome;
    let already = if *already { " already" } else { "" };
    text.plain(format_args!("{} is{already} ", item.key));
    text.push(words::assignment_style(assignment.status), assignment.status).end();
    text.field("Assignment", assignment.id);
    text.styled_field("Item", words::item_style(item.status), item.status);
    text.optional("Held until", assignment.lease_expires_at.filter(|_| held(assignment)).map(words::time));
    text.optional("Again from", item.available_at.map(words::time));
    text.optional("Because", item.blocked_reason.as_deref());
}

fn held(assignment: &task_assignments::Model) -> bool {
    callboard_service::assignment::state::OPEN.contains(&assignment.status)
}

/// A new assignment.
pub fn assigned(text: &mut Text, assigned: &Assigned) {
    text.line(assigned.assignment.id);
    text.field("Item", format_args!("{} {}", assigned.item.key, assigned.item.title));
    text.optional("Start before", assigned.assignment.lease_expires_at.map(words::time));
    if let Some(fit) = &assigned.fit {
        text.field("Fit", format_args!("{} of 100", fit.score));
    }
}

/// A claimed item in one line, for stderr.
pub fn claimed(claimed: &Claimed, now: Timestamp) -> String {
    let item = &claimed.item;
    let lease = claimed.lease_expires_at.map(|end| format!(", lease ends {}", words::distance(end, now)));
    format!(
        "{} (P{}, attempt {}{}): {}",
        item.key,
        item.priority,
        claimed.attempt,
        lease.unwrap_or_default(),
        item.title
    )
}

/// How to go on with an item that was begun before, on stderr.
pub fn recovered(out: &Printer, claimed: &Claimed) {
    let Some(package) = &claimed.recovery else { return };
    for advice in package.guidance.iter().chain(&package.recommendations) {
        out.note(&format!("- {}", advice.text));
    }
    out.hint(&format!("callboard recover {} shows what the attempts before left", claimed.item.key));
}

/// What became of a completed item, in one line.
pub fn completion(completed: &Completed) -> String {
    let already = if completed.already { "already " } else { "" };
    match completed.item.status {
        WorkItemStatus::Review => format!("{} is {already}in review: somebody else accepts it", completed.item.key),
        status => format!("{} is {already}{status}", completed.item.key),
    }
}

/// A completed item, and what it set free.
pub fn completed(text: &mut Text, completed: &Completed) {
    text.line(completion(completed));
    match completed.unblocked.len() {
        0 => {}
        1 => _ = text.line("1 item does not wait for it any more"),
        n => _ = text.line(format_args!("{n} items do not wait for it any more")),
    }
}

/// What was taken back, or would be.
pub fn expired(text: &mut Text, expired: &Expired, dry_run: bool) {
    let verb = if dry_run { "would be" } else { "were" };
    for (what, keys) in
        [("expired", &expired.expired), ("dead (no attempt left)", &expired.dead), ("released", &expired.released)]
    {
        text.field(what, if keys.is_empty() { "none".to_owned() } else { keys.join(", ") });
    }
    let n = expired.expired.len() + expired.released.len();
    text.line(format_args!("{n} items {verb} taken back"));
}

/// Who may have an item.
pub fn explanation(text: &mut Text, explanation: &Explanation) {
    let Explanation { item, open, conditions, fit, candidates } = explanation;
    text.line(format_args!("{} {}", item.key, item.title));
    if let Some(open) = open {
        text.styled_field("Held", words::assignment_style(open.status), format_args!("{} ({})", open.status, open.id));
    }
    match conditions.as_slice() {
        [] => _ = text.styled_field("Possible", Style::Good, "yes"),
        failed => {
            for condition in failed {
                text.styled_field("Against it", Style::Warning, condition);
            }
        }
    }
    if let Some(fit) = fit {
        text.field("Fit", format_args!("{} of 100", fit.score));
        text.field("Required", list_of(&fit.required));
        text.field("Granted", list_of(&fit.granted));
    }
    text.heading("Agents that fit best");
    let mut table = Table::new(["AGENT", "FIT", "MISSING"]);
    for candidate in candidates {
        let missing = list_of(&candidate.fit.missing);
        table.row([Cell::new(&candidate.agent), Cell::new(candidate.fit.score), Cell::new(missing)]);
    }
    text.table(&table, "No agent is active.");
}

fn list_of(capabilities: &Capabilities) -> String {
    if capabilities.is_empty() {
        return "-".to_owned();
    }
    capabilities.iter().map(|(name, level)| format!("{name}:{level}")).collect::<Vec<_>>().join(", ")
}

/// How assignments went.
pub fn history(text: &mut Text, past: &[Past]) {
    if past.is_empty() {
        text.line("Never assigned.");
    }
    for past in past {
        let assignment = &past.assignment;
        text.heading(&format!("{} attempt {}, assignment {}", past.item, assignment.attempt, assignment.id));
        let mut table = Table::new(["WHEN", "WHAT", "REASON"]);
        for event in &past.events {
            table.row([
                Cell::new(words::time(event.created_at)),
                Cell::new(&event.kind),
                Cell::optional(event.reason.as_ref()),
            ]);
        }
        text.table(&table, "Nothing is written of it.");
    }
}

/// A page of assignments.
pub fn list(text: &mut Text, page: &AssignmentPage, now: Timestamp) {
    let mut table = Table::new(["ITEM", "STATUS", "HOLDER", "BY", "ATTEMPT", "DEADLINE", "TITLE", "ASSIGNMENT"]);
    for row in &page.assignments {
        let assignment = &row.assignment;
        let deadline = assignment.lease_expires_at.filter(|_| held(assignment));
        table.row([
            Cell::new(&row.item),
            Cell::styled(words::assignment_style(assignment.status), assignment.status),
            Cell::new(&row.holder),
            Cell::optional(row.assigned_by.as_ref()),
            Cell::new(assignment.attempt),
            Cell::optional(deadline.map(|end| words::distance(end, now))),
            Cell::new(&row.title),
            Cell::new(assignment.id),
        ]);
    }
    text.table(&table, "No assignments.");
}
