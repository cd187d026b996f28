//! Artifacts for people.

use callboard_service::artifact::{
    AddedArtifact, ArtifactBrief, ArtifactDetails, ArtifactVerification, Collected, ListedArtifact, PreviewKind,
};

use super::files::size;
use super::{Cell, Style, Table, Text, words};

/// What was added.
pub fn added(text: &mut Text, added: &AddedArtifact) {
    let row = &added.artifact;
    let what = if added.already { "was there before; nothing was added" } else { "is added" };
    text.line(format_args!("{} of {}, version {}, {what}", row.name, added.item, row.version));
    text.field("Type", kind(row));
    text.field("Size", size(row.size_bytes));
    text.field("SHA-256", &row.content_hash);
    text.field("Kept in", row.path.as_deref().unwrap_or("the board"));
    text.field("Id", row.id);
}

/// Artifacts, one a row.
pub fn list(text: &mut Text, rows: &[ListedArtifact]) {
    let mut table = Table::new(["ITEM", "NAME", "VERSION", "TYPE", "SIZE", "WHEN", "BY", "ID"]);
    for listed in rows {
        let row = &listed.artifact;
        table.row([
            Cell::new(&listed.item),
            Cell::new(&row.name),
            Cell::new(row.version),
            Cell::new(row.artifact_type),
            Cell::new(size(row.size_bytes)),
            Cell::new(words::time(row.created_at)),
            Cell::new(&listed.by),
            Cell::new(row.id),
        ]);
    }
    text.table(&table, "No artifacts.");
}

/// The artifacts of one item, as `item show` has them.
pub fn of_item(rows: &[ArtifactBrief]) -> Table {
    let mut table = Table::new(["NAME", "VERSION", "TYPE", "SIZE", "WHEN"]);
    for row in rows {
        table.row([
            Cell::new(&row.name),
            Cell::new(row.version),
            Cell::new(row.artifact_type),
            Cell::new(size(row.size_bytes)),
            Cell::new(words::time(row.created_at)),
        ]);
    }
    table
}

/// One artifact, its versions and the beginning of its content.
pub fn details(text: &mut Text, found: &ArtifactDetails) {
    let row = &found.artifact.artifact;
    text.push(Style::Strong, format_args!("{} of {}, version {}", row.name, found.artifact.item, row.version)).end();
    text.field("Type", kind(row));
    text.field("Size", size(row.size_bytes));
    text.field("SHA-256", &row.content_hash);
    text.field("Kept in", row.path.as_deref().unwrap_or("the board"));
    text.field("By", &found.artifact.by);
    text.field("At", words::time(row.created_at));
    text.optional("Assignment", row.assignment_id);
    text.optional("Session", row.session_id);
    text.optional("Before it", row.previous_version_id);
    text.field("Id", row.id);
    if found.versions.len() > 1 {
        let mut table = Table::new(["VERSION", "SIZE", "WHEN", "BY", "SHA-256"]);
        for version in &found.versions {
            let row = &version.artifact;
            table.row([
                Cell::new(row.version),
                Cell::new(size(row.size_bytes)),
                Cell::new(words::time(row.created_at)),
                Cell::new(&version.by),
                Cell::new(&row.content_hash),
            ]);
        }
        text.heading("Versions").table(&table, "");
    }
    if let Some(preview) = &found.preview {
        let heading = match preview.kind {
            PreviewKind::Text => "Content",
            PreviewKind::Hex => "Content, in hex",
            PreviewKind::Unreadable => "Content can't be read",
        };
        text.block(heading, &preview.text);
        if preview.truncated {
            text.push(Style::Faint, "  ...").end();
        }
    }
}

/// What is not as it was added, one by one, and how much is.
pub fn verification(text: &mut Text, found: &ArtifactVerification) {
    for problem in &found.problems {
        text.push(Style::Bad, problem.fault.as_str()).plain("  ");
        text.line(format_args!("{} of {}, version {}", problem.name, problem.item, problem.version));
        if let Some(path) = &problem.path {
            text.line(format_args!("    where  {path}"));
        }
        if let Some(instead) = &problem.found {
            text.line(format_args!("    found  {instead}"));
        }
    }
    if found.more > 0 {
        text.line(format_args!("and {} more", found.more));
    }
    let mut parts = vec![format!("{} verified", found.verified)];
    for (count, what) in [(found.missing, "missing"), (found.altered, "altered")] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let read = size(i64::try_from(found.bytes).unwrap_or(i64::MAX));
    text.line(format_args!("{}; {read} read", parts.join(", ")));
}

/// What was removed from a store.
pub fn collected(text: &mut Text, done: &Collected) {
    let bytes = |bytes: u64| size(i64::try_from(bytes).unwrap_or(i64::MAX));
    let mut table = Table::new(["SHA-256", "SIZE", "STORED"]);
    for file in &done.files {
        let stored = words::time(file.stored_at);
        table.row([Cell::new(&file.content_hash), Cell::new(bytes(file.size_bytes)), Cell::new(stored)]);
    }
    if !table.is_empty() {
        text.table(&table, "");
    }
    let more = done.removed - done.files.len() as u64;
    if more > 0 {
        text.line(format_args!("and {more} more"));
    }
    text.line(format_args!("removed {}, {}", done.removed, bytes(done.bytes)));
    for (count, what) in [
        (done.remains, "remains of additions that were broken off, removed"),
        (done.kept, "referred to"),
        (done.too_new, "stored just now and not judged"),
        (done.strange, "not of the store, left alone"),
    ] {
        if count > 0 {
            text.line(format_args!("{count} {what}"));
        }
    }
}

fn kind(row: &ArtifactBrief) -> String {
    let mime = row.mime_type.as_ref().map(|mime| format!(", {mime}")).unwrap_or_default();
    format!("{}{mime}", row.artifact_type)
}
