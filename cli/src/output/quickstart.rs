//! What the quickstart read back from its board.

use callboard_service::clock::Timestamp;
use callboard_service::entity::work_items;
use callboard_service::item::{Event, ListedItem};
use callboard_service::workflow::{RunDetails, StoredOutput};
use serde::Serialize;

use super::{Cell, Table, Text, runs, words};

/// The board after the quickstart.
#[derive(Debug, Serialize)]
pub struct Told {
    pub board: String,
    pub items: Vec<Shown>,
    /// What happened to the item that failed and to the one whose worker was killed.
    pub stories: Vec<Story>,
    /// The run of a workflow that the agents played.
    pub run: RunDetails,
    pub outputs: Vec<StoredOutput>,
    /// The keys of what is left for the third agent.
    pub ready_for_writer: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Shown {
    pub item: work_items::Model,
    /// `agent:SLUG` or `user:NAME`.
    pub assignee: Option<String>,
}

impl From<ListedItem> for Shown {
    fn from(listed: ListedItem) -> Self {
        Self { assignee: listed.assignee, item: listed.item }
    }
}

/// An item's ledger, oldest first.
#[derive(Debug, Serialize)]
pub struct Story {
    pub key: String,
    pub title: String,
    pub events: Vec<Event>,
}

/// The story of an item, from its newest events.
pub fn story(item: &work_items::Model, mut events: Vec<Event>) -> Story {
    events.reverse();
    Story { key: item.key.clone(), title: item.title.clone(), events }
}

pub fn show(text: &mut Text, told: &Told, now: Timestamp) {
    text.heading("The board, read back");
    let mut table = Table::new(["KEY", "PRI", "STATUS", "ATTEMPTS", "WHO", "TITLE"]);
    for Shown { item, assignee } in &told.items {
        table.row([
            Cell::new(&item.key),
            words::priority(item.priority),
            Cell::styled(words::item_style(item.status), item.status),
            Cell::new(item.attempt_count),
            Cell::optional(assignee.as_ref()),
            Cell::new(&item.title),
        ]);
    }
    text.table(&table, "No items.");
    for story in &told.stories {
        text.heading(&format!("What happened to {}: {}", story.key, story.title));
        let mut table = Table::new(["WHEN", "WHAT", "WHO", "WHY"]);
        for event in &story.events {
            table.row([
                Cell::new(event.at.format("%m-%d %H:%M:%S UTC")),
                Cell::new(&event.kind),
                Cell::new(&event.actor),
                Cell::optional(event.reason.as_ref()),
            ]);
        }
        text.table(&table, "Nothing.");
    }
    text.heading("The workflow's run, read back");
    runs::show(text, &told.run, now);
    text.heading("What the run gave");
    runs::outputs(text, &told.outputs);
    text.heading("What to type next");
    text.line("  callboard board                          how it stands");
    text.line(format_args!(
        "  callboard claim --agent writer           takes {}",
        told.ready_for_writer.first().map_or("nothing: all is done", String::as_str)
    ));
    text.line("  callboard complete --assignment ID --note \"written\"");
    if let Some(story) = told.stories.first() {
        text.line(format_args!("  callboard item history {}              the whole ledger of an item", story.key));
    }
    text.line(format_args!("  callboard workflow show {:<16} the run's timeline", told.run.run.workflow_id));
    text.line("  callboard workflow start research --input topic=\"...\"");
    text.line("  callboard item add \"Your own work\" --priority P1");
}
