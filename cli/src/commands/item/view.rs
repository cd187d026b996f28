//! What the commands of items show alike.

use callboard_service::entity::work_items;
use callboard_service::gate::GateReport;
use callboard_service::item::{ListedItem, Moved};

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Cell, Table, Text, words};

/// `CB-7  todo  Write the parser`.
pub fn line(text: &mut Text, item: &work_items::Model) {
    text.plain(&item.key).plain("  ").push(words::item_style(item.status), item.status);
    text.plain("  ").line(&item.title);
}

/// Items as rows.
pub fn table(items: &[ListedItem]) -> Table {
    let mut table = Table::new(["KEY", "PRI", "TYPE", "STATUS", "WITH", "TITLE"]);
    for listed in items {
        let item = &listed.item;
        let status = if item.dead_at.is_some() { "dead".to_owned() } else { item.status.to_string() };
        table.row([
            Cell::new(&item.key),
            words::priority(item.priority),
            Cell::new(item.r#type),
            Cell::styled(words::item_style(item.status), status),
            Cell::optional(listed.assignee.as_ref()),
            Cell::new(&item.title),
        ]);
    }
    table
}

/// Prints a move by hand, with what it set free.
pub fn moved(context: &Context, moved: &Moved) -> Result<(), CliError> {
    context.out.data("moved_item", moved, |text| line(text, &moved.item))?;
    if moved.already {
        context.out.note("It stood there before; nothing was changed.");
    }
    gate(context, &moved.gate);
    free(context, moved.unblocked.len());
    if !moved.held_dependents.is_empty() {
        let count = moved.held_dependents.len();
        context.out.warning(&format!("{count} items that waited for it are worked on already; their histories say so"));
    }
    Ok(())
}

/// Says how many items wait for nothing more.
pub fn free(context: &Context, count: usize) {
    if count > 0 {
        context.out.note(&format!("{count} items that waited for it may start now."));
    }
}

/// Says what the quality gate had to tell of a completion.
pub fn gate(context: &Context, report: &GateReport) {
    for file in &report.files {
        context.out.warning(&format!("tracked file: {file}"));
    }
    for unmet in &report.unmet {
        context.out.warning(&format!("completed all the same: {unmet}"));
    }
}
