//! Checkpoints, packages, handovers and messages for people.

use callboard_service::checkpoint::{CheckpointDetails, CheckpointPage};
use callboard_service::message::{InboxPage, Marked, MessageThread, Reader, SentMessage};
use callboard_service::recovery::{HandedOver, RecoveryPackage, markdown};

use super::{Cell, Style, Table, Text, words};

/// The checkpoints of an item, each on a line.
pub fn checkpoints(text: &mut Text, page: &CheckpointPage) {
    let mut table = Table::new(["SEQ", "WHEN", "BY", "DATA", "NOTE"]);
    for row in &page.checkpoints {
        table.row([
            Cell::new(row.seq),
            Cell::new(words::time(row.at)),
            Cell::new(&row.by),
            Cell::new(if row.has_data { "yes" } else { "-" }),
            Cell::new(first_line(&row.note)),
        ]);
    }
    text.table(&table, "No checkpoints.");
}

/// A checkpoint with its data.
pub fn checkpoint(text: &mut Text, found: &CheckpointDetails) {
    let row = &found.checkpoint;
    text.line(format_args!("checkpoint {} of {}", row.seq, found.item));
    text.field("By", &found.by);
    text.field("At", words::time(row.created_at));
    text.optional("Assignment", row.assignment_id);
    text.optional("Session", row.session_id);
    text.block("Note", &row.note);
    if let Some(data) = &row.data {
        text.block("Data", &format!("{data:#}"));
    }
}

/// A recovery package: its Markdown, with the headings in our style.
pub fn package(text: &mut Text, package: &RecoveryPackage) {
    for line in markdown(package).lines() {
        match line.strip_prefix("## ").or_else(|| line.strip_prefix("# ")) {
            Some(heading) => _ = text.push(Style::Strong, heading).end(),
            None => _ = text.line(line),
        }
    }
}

/// What was handed over.
pub fn handed_over(text: &mut Text, handed: &HandedOver) {
    text.line(format_args!("{} is handed over", handed.item.key));
    text.field("Message", handed.message);
    match &handed.assignment {
        Some(assignment) => {
            text.field("Assignment", assignment.id);
            text.optional("Start before", assignment.lease_expires_at.map(words::time));
        }
        None => _ = text.field("To", "whoever takes it next"),
    }
    text.field("Package", format_args!("{} tokens", handed.package.budget.used));
}

/// A page of an inbox.
pub fn inbox(text: &mut Text, page: &InboxPage) {
    let mut table = Table::new(["MESSAGE", "WHEN", "FROM", "KIND", "ITEM", "STATE", "TEXT"]);
    for row in &page.messages {
        let (style, state) = match (row.read_at, row.acknowledged_at) {
            (_, Some(_)) => (Style::Faint, "acknowledged"),
            (Some(_), None) => (Style::Plain, "read"),
            (None, None) => (Style::Active, "unread"),
        };
        table.row([
            Cell::new(row.id),
            Cell::new(words::time(row.at)),
            Cell::new(&row.from),
            Cell::new(row.kind),
            Cell::optional(row.item.as_ref()),
            Cell::styled(style, state),
            Cell::new(row.subject.as_deref().unwrap_or_else(|| first_line(&row.text))),
        ]);
    }
    text.table(&table, "Nothing to read.");
    text.line(format_args!("{} unread, {} not acknowledged", page.unread, page.unacknowledged));
}

/// A message that was sent.
pub fn sent(text: &mut Text, sent: &SentMessage) {
    text.line(sent.id);
    let to = if sent.to.is_empty() { "the thread".to_owned() } else { sent.to.join(", ") };
    text.field("To", to);
}

/// Messages that were marked.
pub fn marked(text: &mut Text, marked: &[Marked], mark: &str) {
    for message in marked {
        let already = if message.already { "already " } else { "" };
        text.line(format_args!("{} is {already}{mark}", message.id));
    }
}

/// A thread, oldest first.
pub fn thread(text: &mut Text, thread: &MessageThread) {
    for message in &thread.messages {
        text.heading(&format!("{} from {}, {}", message.kind, message.from, words::time(message.at)));
        text.field("Message", message.id);
        text.optional("Item", message.item.as_deref());
        text.optional("Subject", message.subject.as_deref());
        text.field("Readers", message.readers.iter().map(reader).collect::<Vec<_>>().join(", "));
        text.lines(&message.text);
        if message.package.is_some() {
            text.line("A recovery package comes with it: --json shows it, `callboard recover KEY` the present one.");
        }
    }
}

fn reader(reader: &Reader) -> String {
    let who = reader.reader.as_deref().unwrap_or("whom it concerns");
    let state = match (reader.read_at, reader.acknowledged_at) {
        (_, Some(_)) => "acknowledged",
        (Some(_), None) => "read",
        (None, None) => "unread",
    };
    format!("{who} ({state})")
}

fn first_line(text: &str) -> &str {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default()
}
