//! Work sessions for people.

use callboard_service::clock::Timestamp;
use callboard_service::entity::session_events;
use callboard_service::item::ItemBrief;
use callboard_service::session::{
    ChangedSession, ContinuityReport, EXAMPLES, ListedSession, SessionContext, SessionDetails, SessionEntry, Standing,
};
use chrono::TimeDelta;
use serde_json::Value;

use super::{Cell, Style, Table, Text, words};

/// A session after a change of its state.
pub fn changed(text: &mut Text, changed: &ChangedSession) {
    let ChangedSession { session, already } = changed;
    text.plain(format_args!("{} is {}", session.key, if *already { "already " } else { "" }));
    text.push(words::session_style(session.status), session.status).end();
    text.field("At work", length(session.active_seconds));
}

/// The stack after a change of it.
pub fn context(text: &mut Text, context: &SessionContext) {
    if context.already {
        text.line("It stood there before; nothing was changed.");
    }
    stack(text, &context.stack);
}

/// What is worked on, and what is come back to.
fn stack(text: &mut Text, stack: &[ItemBrief]) {
    let mut from_the_top = stack.iter().rev();
    match from_the_top.next() {
        None => _ = text.field("Works on", "no item"),
        Some(top) => {
            text.styled_field("Works on", words::item_style(top.status), format_args!("{} {}", top.key, top.title));
        }
    }
    for below in from_the_top {
        text.field("then", format_args!("{} {}", below.key, below.title));
    }
}

/// An event that was written down.
pub fn event(text: &mut Text, event: &session_events::Model) {
    text.line(format_args!("{} {}", event.seq, event.kind));
}

/// Sessions, one a row.
pub fn table(sessions: &[ListedSession]) -> Table {
    let mut table = Table::new(["SESSION", "STATUS", "TYPE", "HOLDER", "PROJECT", "ITEM", "STARTED", "AT WORK"]);
    for listed in sessions {
        let session = &listed.session;
        table.row([
            Cell::new(&session.key),
            Cell::styled(words::session_style(session.status), session.status),
            Cell::new(session.session_type),
            Cell::optional(listed.holder.as_ref()),
            Cell::optional(listed.project.as_ref()),
            Cell::optional(listed.item.as_ref()),
            Cell::new(words::time(session.started_at)),
            Cell::new(length(listed.worked_seconds)),
        ]);
    }
    table
}

/// All that is known of a session.
pub fn details(text: &mut Text, found: &SessionDetails) {
    head(text, &found.listed);
    text.optional("Metadata", found.listed.session.metadata.as_ref());
    stack(text, &found.stack);
    text.block("Summary", found.listed.session.summary.as_deref().unwrap_or_default());
    text.heading("What happened").table(&events(&found.events), "Nothing.");
    text.heading(&format!("Changes of items: {}", found.changes_total));
    let mut table = Table::new(["WHEN", "ITEM", "WHAT", "FROM", "TO", "BY"]);
    for change in &found.changes {
        table.row([
            Cell::new(words::time(change.at)),
            Cell::new(&change.item),
            Cell::new(&change.kind),
            Cell::optional(change.from_status.as_ref()),
            Cell::optional(change.to_status.as_ref()),
            Cell::new(&change.actor),
        ]);
    }
    text.table(&table, "None names this session.");
}

/// Whose session it is and how it stands.
fn head(text: &mut Text, listed: &ListedSession) {
    let session = &listed.session;
    text.plain(format_args!("{}  ", session.key)).push(words::session_style(session.status), session.status).end();
    text.optional("Holder", listed.holder.as_deref());
    text.optional("Project", listed.project.as_deref());
    text.field("Type", format_args!("{}, by {}", session.session_type, session.source));
    text.field("Started", words::time(session.started_at));
    text.optional("Paused", session.paused_at.map(words::time));
    text.optional("Ended", session.ended_at.map(words::time));
    text.field("At work", length(listed.worked_seconds));
}

fn events(entries: &[SessionEntry]) -> Table {
    let mut table = Table::new(["NO", "WHEN", "WHAT", "ITEM", "BY", "NOTE"]);
    for entry in entries {
        table.row([
            Cell::new(entry.seq),
            Cell::new(words::time(entry.at)),
            Cell::new(entry.kind),
            Cell::optional(entry.item.as_ref()),
            Cell::new(&entry.actor),
            Cell::styled(Style::Plain, said(entry)),
        ]);
    }
    table
}

/// What an event says in words; the stack that a push leaves is told elsewhere.
fn said(entry: &SessionEntry) -> String {
    let Some(data) = &entry.data else { return String::new() };
    let text = ["text", "command", "reason", "status"].iter().find_map(|key| data.get(key).and_then(Value::as_str));
    // On one line: a table's rows would be torn apart.
    let text = text.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")).unwrap_or_default();
    match data.get("exit_code") {
        Some(code) => format!("{text} (exit code {code})"),
        None => text,
    }
}

/// Where somebody is, and what of theirs is open.
pub fn standing(text: &mut Text, standing: &Standing, now: Timestamp) {
    match &standing.session {
        None => _ = text.line(format_args!("{} is in no session", standing.actor)),
        Some(session) => {
            head(text, session);
            stack(text, &standing.stack);
            if !standing.recent.is_empty() {
                text.heading("Newest notes and commands").table(&events(&standing.recent), "");
            }
        }
    }
    if !standing.open_sessions.is_empty() {
        let which = if standing.session.is_some() { "Other open sessions" } else { "Open sessions" };
        text.heading(&format!("{which} of {}", standing.actor)).table(&table(&standing.open_sessions), "");
    }
    text.heading(&format!("Held by {}", standing.actor));
    let mut held = Table::new(["ITEM", "STATUS", "DEADLINE", "TITLE", "ASSIGNMENT"]);
    for row in &standing.open_assignments {
        let assignment = &row.assignment;
        held.row([
            Cell::new(&row.item),
            Cell::styled(words::assignment_style(assignment.status), assignment.status),
            Cell::optional(assignment.lease_expires_at.map(|end| words::distance(end, now))),
            Cell::new(&row.title),
            Cell::new(assignment.id),
        ]);
    }
    text.table(&held, "No item.");
}

/// The figures, with some of what each counts.
pub fn continuity(text: &mut Text, report: &ContinuityReport) {
    let mut table = Table::new(["FIGURE", "COUNT", "SUCH AS"]);
    for (name, figure) in report.figures() {
        let style = if figure.count == 0 { Style::Good } else { Style::Warning };
        let more = if figure.count > EXAMPLES { ", ..." } else { "" };
        table.row([
            Cell::new(name.replace('_', " ")),
            Cell::styled(style, figure.count),
            Cell::new(format_args!("{}{more}", figure.first.join(", "))),
        ]);
    }
    text.table(&table, "");
}

fn length(seconds: i64) -> String {
    // As long as a TimeDelta may be.
    words::length(TimeDelta::try_seconds(seconds.max(0)).unwrap_or(TimeDelta::MAX))
}
