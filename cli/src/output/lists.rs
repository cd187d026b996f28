//! Parts that several commands show alike.

use std::collections::BTreeMap;

use callboard_service::entity::{TaskPrerequisiteStatus, TaskPrerequisiteType, sprints};
use callboard_service::item::{BlockerKind, Blockers, Counts, Criterion, ItemBrief};
use callboard_service::prerequisite::{
    ChangedPrerequisite, CheckOutcome, CheckedPrerequisites, Criteria, Edge, Prerequisites, Said,
};
use callboard_service::project::ProjectArchive;

use serde_json::Value;

use super::{Cell, Style, Table, Text, words};

/// The number of items by status, on one line.
pub fn counts(text: &mut Text, counts: &Counts) {
    text.field("Items", present(&counts.by_status));
}

/// Items in a few words each.
pub fn briefs(items: &[ItemBrief]) -> Table {
    let mut table = Table::new(["KEY", "PRI", "STATUS", "TITLE"]);
    for item in items {
        let status = Cell::styled(words::item_style(item.status), item.status);
        table.row([Cell::new(&item.key), words::priority(item.priority), status, Cell::new(&item.title)]);
    }
    table
}

/// The counts that are not zero: `3 todo, 1 done`.
pub fn present<K: std::fmt::Display>(counts: &BTreeMap<K, u64>) -> String {
    let present: Vec<String> = counts.iter().filter(|(_, n)| **n > 0).map(|(what, n)| format!("{n} {what}")).collect();
    if present.is_empty() { "none".to_owned() } else { present.join(", ") }
}

/// A stored JSON list of strings, joined; anything else as JSON.
pub fn words(list: &Value) -> String {
    let texts = list.as_array().map(|list| list.iter().map(|v| v.as_str()).collect::<Option<Vec<&str>>>());
    texts.flatten().map_or_else(|| list.to_string(), |texts| texts.join(", "))
}

/// Acceptance criteria with the numbers that `item edit --check` takes.
pub fn criteria(text: &mut Text, stored: Option<&Value>) {
    let criteria: Vec<Criterion> = stored.and_then(|c| serde_json::from_value(c.clone()).ok()).unwrap_or_default();
    if criteria.is_empty() {
        return;
    }
    text.heading("Acceptance criteria");
    for (number, criterion) in (1..).zip(&criteria) {
        let done = if criterion.done { "[x]" } else { "[ ]" };
        text.line(format_args!("  {number}. {done} {}", criterion.text));
    }
}

/// What archiving a project, or restoring one, did.
pub fn project_archive(text: &mut Text, done: &ProjectArchive) {
    let ProjectArchive { project, already, items } = done;
    if *already {
        text.line(format_args!("{} was {} before; nothing was changed", project.slug, project.status));
    } else {
        let plural = if *items == 1 { "" } else { "s" };
        text.line(format_args!("{} is {}, with {items} item{plural}", project.slug, project.status));
    }
}

/// A sprint on one line: `SPRINT-62  active  Checkout  2026-11-02 to 2026-11-15`.
pub fn sprint(text: &mut Text, sprint: &sprints::Model) {
    text.plain(format_args!("{}  ", sprint.code)).push(words::sprint_style(sprint.status), sprint.status);
    text.plain(format_args!("  {}", sprint.title));
    if let Some(days) = words::days(sprint.starts_on, sprint.ends_on) {
        text.plain(format_args!("  {days}"));
    }
    text.end();
}

/// What an item waits for, and what waits for it; nothing where there is neither.
pub fn prerequisites(text: &mut Text, found: &Prerequisites) {
    for (heading, edges) in [("Waits for", &found.prerequisites), ("Is waited for by", &found.dependents)] {
        if !edges.is_empty() {
            text.heading(heading).table(&edge_table(edges), "");
        }
    }
}

/// A prerequisite after it was satisfied or failed by hand.
pub fn changed_prerequisite(text: &mut Text, changed: &ChangedPrerequisite) {
    let ChangedPrerequisite { item, edge, already, unmet } = changed;
    let before = if *already { " before; nothing was changed" } else { "" };
    text.plain(format_args!("'{}' of {item} is ", edge.description));
    text.push(words::prerequisite_style(edge.status), edge.status).line(before);
    if *unmet > 0 {
        text.line(format_args!("{item} still waits for {unmet}"));
    }
}

/// What a look at prerequisites found.
pub fn checked(text: &mut Text, found: &CheckedPrerequisites) {
    let mut table = Table::new(["ITEM", "OUTCOME", "WAITS FOR", "WHY"]);
    for one in &found.findings {
        let style = match one.outcome {
            CheckOutcome::Satisfied => Style::Good,
            CheckOutcome::Waiting => Style::Plain,
            CheckOutcome::Missed => Style::Bad,
        };
        table.row([
            Cell::new(&one.item),
            Cell::styled(style, one.outcome.as_str()),
            Cell::new(&one.prerequisite),
            Cell::optional(one.why.as_ref()),
        ]);
    }
    if !table.is_empty() {
        text.table(&table, "");
    }
    let CheckedPrerequisites { satisfied, waiting, missed, .. } = found;
    text.line(format_args!("{satisfied} satisfied, {waiting} waiting, {missed} missed"));
}

/// The chain of what an item waits for.
pub fn blockers(text: &mut Text, found: &Blockers) {
    let status = found.item.status;
    text.plain(format_args!("{}  ", found.item.key)).push(words::item_style(status), status);
    text.plain("  ").line(&found.item.title);
    match (&found.state, found.blockers.is_empty()) {
        (Some(state), _) => _ = text.line(format_args!("  {state}")),
        (None, true) => _ = text.line("  it waits for nothing"),
        (None, false) => {}
    }
    let mut table = Table::new(["WAITS FOR", "THAT IS", "WHAT TO DO", "TITLE"]);
    for one in &found.blockers {
        let indent = "  ".repeat(usize::try_from(one.depth.min(50)).unwrap_or(50));
        let style = match one.kind {
            BlockerKind::Ready => Style::Good,
            BlockerKind::UnderWay => Style::Active,
            BlockerKind::Stuck => Style::Bad,
            BlockerKind::Confirm => Style::Warning,
            BlockerKind::Waits | BlockerKind::Above => Style::Plain,
        };
        let title = one.item.as_ref().map_or(&one.description, |item| &item.title);
        table.row([
            Cell::new(format_args!("{indent}{}", one.name)),
            Cell::styled(style, one.kind.as_str()),
            Cell::new(&one.state),
            Cell::new(title),
        ]);
    }
    if !table.is_empty() {
        text.table(&table, "");
    }
}

fn edge_table(edges: &[Edge]) -> Table {
    let mut table = Table::new(["WHAT", "STATE", "ITEM IS", "TITLE", "NOTE"]);
    for edge in edges {
        let item = edge.item.as_ref();
        table.row([
            Cell::new(&edge.name),
            Cell::styled(words::prerequisite_style(edge.status), edge.status),
            item.map_or_else(
                || Cell::optional(None::<&str>),
                |item| Cell::styled(words::item_style(item.status), item.status),
            ),
            Cell::optional(item.map(|item| &item.title)),
            Cell::styled(Style::Faint, edge_note(edge)),
        ]);
    }
    table
}

/// What sets an edge apart from a plain one.
fn edge_note(edge: &Edge) -> String {
    let mut notes = Vec::new();
    if !edge.mandatory {
        notes.push("optional".to_owned());
    }
    if edge.r#type != TaskPrerequisiteType::CompletionDependency {
        notes.push(edge.r#type.to_string());
        let is_open = matches!(edge.status, TaskPrerequisiteStatus::Pending | TaskPrerequisiteStatus::Failed);
        if edge.mandatory && is_open && !edge.counts {
            notes.push("does not hold it back".to_owned());
        }
        notes.extend(said(edge));
    }
    if let Some(by) = &edge.waived_by {
        notes.push(format!("waived by {by}: {}", edge.waiver_reason.as_deref().unwrap_or("-")));
    }
    if let Some(item) = &edge.item {
        // It will not be done by itself any more.
        notes.extend(item.dead_at.map(|_| "dead".to_owned()));
        notes.extend(item.archived_at.map(|_| "archived".to_owned()));
    }
    if !is_standard(&edge.description) && edge.description != edge.name {
        notes.push(edge.description.clone());
    }
    notes.join("; ")
}

/// What was said of it last, by hand.
fn said(edge: &Edge) -> Option<String> {
    let criteria: Criteria = serde_json::from_value(edge.criteria.clone()?).ok()?;
    let said = |word: &str, said: Said| format!("{word} by {}: {}", said.by, said.text);
    match edge.status {
        TaskPrerequisiteStatus::Failed => criteria.failure.map(|failure| said("failed", failure)),
        TaskPrerequisiteStatus::Satisfied => criteria.evidence.map(|evidence| said("confirmed", evidence)),
        _ => criteria.command.map(|command| format!("run `{command}`")),
    }
}

/// Whether the description is the `KEY is done` of an edge of which nothing else was said.
fn is_standard(description: &str) -> bool {
    description.strip_suffix(" is done").is_some_and(|key| !key.contains(' '))
}
