//! Parts that several commands show alike.

use std::collections::BTreeMap;

use callboard_service::item::{Counts, Criterion, ItemBrief};

use serde_json::Value;

use super::{Cell, Table, Text, words};

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
