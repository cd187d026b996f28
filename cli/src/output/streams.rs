//! Work streams for people.

use callboard_service::entity::{WorkStreamStatus, work_streams};
use callboard_service::stream::{
    ItemReadiness, ListedStream, PreparedStream, ReadyState, StreamDetails, StreamReadiness, StreamSummary,
};

use super::{Cell, Style, Table, Text, continuity, lists, words};

/// A stream on one line: `docs  open  documentation  The manual`.
pub fn stream(text: &mut Text, stream: &work_streams::Model) {
    text.plain(format_args!("{}  ", stream.slug)).push(style(stream.status), stream.status);
    text.line(format_args!("  {}  {}", stream.stream_type, stream.name));
}

/// Streams, one a row.
pub fn list(text: &mut Text, rows: &[ListedStream]) {
    let mut table = Table::new(["STREAM", "PROJECT", "STATUS", "TYPE", "ITEMS", "NAME"]);
    for listed in rows {
        let stream = &listed.stream;
        table.row([
            Cell::new(&stream.slug),
            Cell::new(&listed.project),
            Cell::styled(style(stream.status), stream.status),
            Cell::new(stream.stream_type),
            Cell::new(lists::present(&listed.counts.by_status)),
            Cell::new(&stream.name),
        ]);
    }
    text.table(&table, "No streams.");
}

/// A stream, its guidance and its items in order.
pub fn details(text: &mut Text, found: &StreamDetails) {
    stream(text, &found.stream);
    text.field("Project", &found.project);
    text.field("Created", words::time(found.stream.created_at));
    text.field("Changed", words::time(found.stream.updated_at));
    lists::counts(text, &found.counts);
    guidance(text, &found.guidance);
    let mut table = Table::new(["#", "KEY", "PRI", "STATUS", "WITH", "TITLE"]);
    for row in &found.items {
        let archived = if row.archived { ", archived" } else { "" };
        table.row([
            Cell::new(row.position),
            Cell::new(&row.item.key),
            words::priority(row.item.priority),
            Cell::styled(words::item_style(row.item.status), format_args!("{}{archived}", row.item.status)),
            Cell::optional(row.assignee.as_ref()),
            Cell::new(&row.item.title),
        ]);
    }
    text.heading("Items").table(&table, "No items.");
}

/// How each item stands, and what is in the way.
pub fn readiness(text: &mut Text, found: &StreamReadiness) {
    stream(text, &found.stream);
    match found.reasons.is_empty() {
        true => _ = text.styled_field("Ready", Style::Good, "yes"),
        false => _ = text.styled_field("Ready", Style::Warning, format_args!("no: {}", found.reasons.join("; "))),
    }
    let counts = &found.counts;
    text.field(
        "Items",
        format_args!(
            "{} ready, {} at work, {} not ready, {} finished",
            counts.ready, counts.at_work, counts.not_ready, counts.finished
        ),
    );
    for item in &found.items {
        self::item(text, item);
    }
}

fn item(text: &mut Text, item: &ItemReadiness) {
    let style = match item.state {
        ReadyState::Ready => Style::Good,
        ReadyState::AtWork => Style::Active,
        ReadyState::NotReady => Style::Warning,
        ReadyState::Finished => Style::Faint,
    };
    text.plain(format_args!("{:>4}  {}  ", item.position, item.item.key)).push(style, item.state.as_str());
    text.line(format_args!("  {}", item.item.title));
    for reason in &item.reasons {
        text.line(format_args!("        {reason}"));
    }
}

/// All that is needed to begin.
pub fn prepared(text: &mut Text, found: &PreparedStream) {
    readiness(text, &found.readiness);
    guidance(text, &found.guidance);
    for item in &found.items {
        text.heading(&format!("{}: {}", item.position, item.key));
        text.optional("Set aside for", item.set_aside_for.as_ref());
        for agent in &item.agents {
            let withheld =
                if agent.withheld.is_empty() { String::new() } else { format!(": {}", agent.withheld.join("; ")) };
            text.field("Suggested", format_args!("agent:{}, score {}{withheld}", agent.agent, agent.score));
        }
        if item.agents.is_empty() {
            text.field("Suggested", "no active agent has what it asks for");
        }
        text.end();
        continuity::package(text, &item.package);
    }
    if found.left_out > 0 {
        text.heading("Left out").line(format_args!("{} more items that nobody is at: raise --budget", found.left_out));
    }
}

/// How far a stream is, and who is at what.
pub fn progress(text: &mut Text, found: &StreamSummary) {
    stream(text, &found.stream);
    let percent = found.percent.map(|percent| format!(" ({percent} %)")).unwrap_or_default();
    text.field("Done", format_args!("{} of {}{percent}", found.done, found.total));
    lists::counts(text, &found.counts);
    let mut table = Table::new(["#", "KEY", "WHO", "STATUS", "SINCE", "UNTIL", "TITLE"]);
    for row in &found.at_work {
        table.row([
            Cell::new(row.position),
            Cell::new(&row.key),
            Cell::new(&row.holder),
            Cell::styled(words::assignment_style(row.status), row.status),
            Cell::new(words::time(row.since)),
            Cell::optional(row.until.map(words::time)),
            Cell::new(&row.title),
        ]);
    }
    text.heading("At work").table(&table, "Nobody.");
}

fn guidance(text: &mut Text, lines: &[String]) {
    text.heading("Guidance");
    for line in lines {
        text.line(format_args!("  - {line}"));
    }
}

fn style(status: WorkStreamStatus) -> Style {
    match status {
        WorkStreamStatus::Open => Style::Active,
        WorkStreamStatus::Closed => Style::Faint,
    }
}
