//! Parts that several commands show alike.

use callboard_service::item::{Counts, ItemBrief};

use super::{Cell, Table, Text, words};

/// The number of items by status, on one line.
pub fn counts(text: &mut Text, counts: &Counts) {
    let present = counts.by_status.iter().filter(|(_, n)| **n > 0);
    let by_status: Vec<String> = present.map(|(status, n)| format!("{n} {status}")).collect();
    text.field("Items", if by_status.is_empty() { "none".to_owned() } else { by_status.join(", ") });
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
