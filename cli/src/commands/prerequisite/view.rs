//! How edges are shown.

use callboard_service::entity::TaskPrerequisiteStatus;
use callboard_service::prerequisite::{Edge, Prerequisites};

use crate::output::{Cell, Style, Table, Text, words};

/// What an item waits for, and what waits for it; nothing where there is neither.
pub fn tables(text: &mut Text, edges: &Prerequisites) {
    for (heading, edges) in [("Waits for", &edges.prerequisites), ("Is waited for by", &edges.dependents)] {
        if !edges.is_empty() {
            text.heading(heading).table(&table(edges), "");
        }
    }
}

fn table(edges: &[Edge]) -> Table {
    let mut table = Table::new(["KEY", "EDGE", "ITEM", "TITLE", "WHY WAIVED"]);
    for edge in edges {
        let (key, status, title) = match &edge.item {
            Some(item) => (
                Cell::new(&item.key),
                Cell::styled(
                    words::item_style(item.status),
                    if item.dead_at.is_some() { "dead" } else { item.status.as_str() },
                ),
                Cell::new(&item.title),
            ),
            None => (Cell::optional(None::<&str>), Cell::optional(None::<&str>), Cell::new(&edge.description)),
        };
        let hint = if edge.mandatory { "" } else { ", optional" };
        let style = match edge.status {
            TaskPrerequisiteStatus::Satisfied | TaskPrerequisiteStatus::Waived => Style::Good,
            TaskPrerequisiteStatus::Failed => Style::Bad,
            TaskPrerequisiteStatus::Pending => Style::Warning,
        };
        let edge_status = Cell::styled(style, format_args!("{}{hint}", edge.status));
        table.row([key, edge_status, status, title, Cell::optional(edge.waiver_reason.as_ref())]);
    }
    table
}
