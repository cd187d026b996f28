//! Archives for people.

use callboard_service::archive::{AddedArchive, ArchiveDetails, ListedArchive, RestoredArchive};

use super::{Cell, Style, Table, Text, words};

/// Archives, one a row.
pub fn table(archives: &[ListedArchive]) -> Table {
    let mut table = Table::new(["ITEM", "REASON", "ROWS", "ARCHIVED", "BY", "KEPT UNTIL", "TITLE"]);
    for archive in archives {
        let style = if archive.restorable { Style::Plain } else { Style::Bad };
        table.row([
            Cell::styled(style, &archive.item),
            Cell::new(archive.reason),
            Cell::new(archive.rows),
            Cell::new(words::time(archive.archived_at)),
            Cell::new(&archive.by),
            Cell::new(words::time(archive.expires_at)),
            Cell::new(&archive.title),
        ]);
    }
    table
}

/// An archive that was made.
pub fn added(text: &mut Text, added: &AddedArchive) {
    text.line(format_args!("{} is in the archive as {}", added.item, added.reason));
    text.field("Rows", added.rows);
    text.field("Links", added.links);
    text.field("Kept until", words::time(added.expires_at));
}

/// An archive with what it holds.
pub fn details(text: &mut Text, found: &ArchiveDetails) {
    let archive = &found.listed;
    text.line(format_args!("{}  {}", archive.item, archive.title));
    text.field("Archive", archive.id);
    text.optional("Project", archive.project.as_deref());
    text.field("Reason", archive.reason);
    text.field("Archived", format_args!("{} by {}", words::time(archive.archived_at), archive.by));
    text.optional("Run", archive.operation);
    text.field("Kept until", words::time(archive.expires_at));
    text.field("Schema", &found.schema_version);
    match (found.intact, archive.restorable) {
        (true, true) => text.field("State", "can be restored"),
        (true, false) => text.field("State", "whole again: a full audit will say that it can be restored"),
        (false, _) => text.styled_field("State", Style::Bad, "damaged: its content is not what was written"),
    };
    let mut table = Table::new(["KIND", "ROWS"]);
    for (kind, rows) in &found.kinds {
        table.row([Cell::new(kind), Cell::new(rows)]);
    }
    text.heading(&format!("{} rows, {} links", archive.rows, found.links)).table(&table, "None.");
}

/// An item that is back.
pub fn restored(text: &mut Text, restored: &RestoredArchive) {
    let item = &restored.item;
    text.plain(format_args!("{} is back, ", item.key)).push(words::item_style(item.status), item.status).end();
    text.field("Rows", restored.rows);
    text.field("Links", restored.links);
    for (heading, lines) in [
        ("Prerequisites that are otherwise now", &restored.changed),
        ("Links that stay empty", &restored.loosened),
        ("Left out", &restored.left_out),
    ] {
        text.block(heading, &lines.join("\n"));
    }
}
