//! File operations for people.

use callboard_service::clock::Timestamp;
use callboard_service::entity::{FileOperationOperation, FileOperationVerificationStatus, FileVerificationStatus};
use callboard_service::file::effective::Expected;
use callboard_service::file::judge::Difference;
use callboard_service::file::{
    Content, FileDetails, ListedFile, NewOperation, Progress, Scan, TrackedFiles, Verification,
};

use super::{Cell, Style, Table, Text, words};

/// How far a look at files is, in one line.
pub fn progress(progress: &Progress) -> String {
    let read = size(i64::try_from(progress.bytes()).unwrap_or(i64::MAX));
    format!("{} of {} files, {read} read", progress.done(), progress.files())
}

/// What was recorded.
pub fn tracked(text: &mut Text, tracked: &TrackedFiles) {
    let mut table = Table::new(["OPERATION", "SIZE", "SHA-256", "PATH"]);
    for row in &tracked.operations {
        let path = path(&row.path, row.new_path.as_deref());
        let (size, hash) = (row.size_bytes.map(size), row.content_hash.as_ref());
        table.row([Cell::new(row.operation), Cell::optional(size), Cell::optional(hash), Cell::new(path)]);
    }
    text.table(&table, "Nothing.");
    let over = match tracked.superseded {
        0 => String::new(),
        1 => ", 1 earlier one superseded".to_owned(),
        n => format!(", {n} earlier ones superseded"),
    };
    text.line(format_args!("{} of {}{over}", operations(tracked.operations.len()), tracked.item));
    if let Some(decision) = &tracked.decision {
        text.line(format_args!("decision {}: {}", decision.key, decision.decision.title));
    }
}

/// What differs, one by one, and how much does not.
pub fn verification(text: &mut Text, found: &Verification) {
    for file in found.files.iter().filter(|file| !file.differences.is_empty()) {
        text.push(finding_style(file.status), file.status).plain("  ");
        text.line(format_args!("{} {} ({})", file.operation, path(&file.path, file.new_path.as_deref()), file.item));
        for difference in &file.differences {
            self::difference(text, difference);
        }
    }
    let mut parts = vec![format!("{} verified", found.verified)];
    for (count, what) in [
        (found.partial, "partial"),
        (found.failed, "failed"),
        (found.superseded, "superseded"),
        (found.overtaken, "overtaken by others meanwhile: verify again"),
    ] {
        if count > 0 {
            parts.push(format!("{count} {what}"));
        }
    }
    let read = size(i64::try_from(found.bytes).unwrap_or(i64::MAX));
    text.line(format_args!("{}; {read} read", parts.join(", ")));
}

fn difference(text: &mut Text, difference: &Difference) {
    let detail = difference.detail.as_ref().map(|detail| format!(": {detail}")).unwrap_or_default();
    text.line(format_args!("  {}: {}{detail}", difference.path, difference.problem.as_str()));
    for (what, content) in [("expected", &difference.expected), ("found", &difference.found)] {
        if let Some(content) = content {
            text.line(format_args!("    {what:<8}  {}", self::content(content)));
        }
    }
}

/// File operations, one a row.
pub fn list(text: &mut Text, rows: &[ListedFile], now: Timestamp) {
    text.table(&table(rows, now), "No operations.");
}

fn table(rows: &[ListedFile], now: Timestamp) -> Table {
    let mut table = Table::new(["WHEN", "ITEM", "OPERATION", "STATUS", "PATH", "ID"]);
    for row in rows {
        let operation = &row.operation;
        table.row([
            Cell::new(words::distance(operation.occurred_at, now)),
            Cell::new(&row.item),
            Cell::new(operation.operation),
            Cell::styled(status_style(operation.verification_status), operation.verification_status),
            Cell::new(path(&operation.path, operation.new_path.as_deref())),
            Cell::new(operation.id),
        ]);
    }
    table
}

/// One operation and all that is known of its paths.
pub fn details(text: &mut Text, details: &FileDetails, now: Timestamp) {
    let row = &details.operation.operation;
    text.line(format_args!("{} {}", row.operation, path(&row.path, row.new_path.as_deref())));
    text.field("Item", &details.operation.item);
    text.field("By", &details.operation.actor);
    text.field("When", words::time(row.occurred_at));
    text.optional("Assignment", row.assignment_id);
    text.optional("Session", row.session_id);
    text.optional("SHA-256", row.content_hash.as_ref());
    text.optional("Size", row.size_bytes.map(size));
    text.styled_field("Status", status_style(row.verification_status), row.verification_status);
    let known = |key: &str| row.file_metadata.as_ref()?.get(key)?.as_str().map(str::to_owned);
    text.optional("Mode", known("mode"));
    text.optional("Changed", known("modified_at"));
    text.block("Rationale", row.rationale.as_deref().unwrap_or_default());
    text.heading("Expected now");
    for state in &details.paths {
        let what = match &state.expected {
            Expected::Absent => "nothing".to_owned(),
            Expected::Written { content: Some(content) } => self::content(content),
            Expected::Read { content: Some(content) } => format!("{}, when it was read", self::content(content)),
            Expected::Written { content: None } | Expected::Read { content: None } => "a file".to_owned(),
        };
        let by = if state.due_to == row.id { "this operation".to_owned() } else { state.due_to.to_string() };
        text.line(format_args!("  {}: {what}, by {by}", state.path));
    }
    text.heading("Verifications");
    let mut found = Table::new(["WHEN", "STATUS", "EXISTS", "CONTENT", "SIZE", "REGULAR"]);
    let word = |value: Option<bool>| Cell::optional(value.map(|value| if value { "yes" } else { "no" }));
    for row in &details.verifications {
        found.row([
            Cell::new(words::time(row.created_at)),
            Cell::styled(finding_style(row.status), row.status),
            word(Some(row.file_exists)),
            word(row.content_matches),
            word(row.size_matches),
            word(row.is_regular_file),
        ]);
    }
    text.table(&found, "Never verified.");
    if let Some(errors) = details.verifications.first().and_then(|newest| newest.errors.clone()) {
        let errors: Vec<Difference> = serde_json::from_value(errors).unwrap_or_default();
        errors.iter().for_each(|error| difference(text, error));
    }
    if !details.others.is_empty() {
        text.heading("Other operations there");
        text.table(&table(&details.others, now), "");
    }
}

/// The operations that a scan proposes.
pub fn scan(text: &mut Text, scan: &Scan) {
    let mut table = Table::new(["OPERATION", "SIZE", "PATH"]);
    for NewOperation { operation, path: from, new_path, size_bytes, .. } in &scan.operations {
        let style = if *operation == FileOperationOperation::Delete { Style::Warning } else { Style::Plain };
        let path = path(from, new_path.as_deref());
        table.row([Cell::styled(style, operation), Cell::optional(size_bytes.map(size)), Cell::new(path)]);
    }
    text.table(&table, "Nothing that the board does not know.");
    for skipped in &scan.skipped {
        text.line(format_args!("left out: {} {}", skipped.path, skipped.why));
    }
    let by = scan.commit.as_ref().map(|commit| format!(", against commit {}", &commit[..commit.len().min(12)]));
    let by = by.unwrap_or_else(|| ", by the times of the files".to_owned());
    text.line(format_args!(
        "{}, {} known, since {} ({}){by}",
        operations(scan.operations.len()),
        scan.known,
        words::time(scan.since),
        scan.since_what,
    ));
}

fn operations(count: usize) -> String {
    if count == 1 { "1 operation".to_owned() } else { format!("{count} operations") }
}

fn path(path: &str, new_path: Option<&str>) -> String {
    new_path.map_or_else(|| path.to_owned(), |new| format!("{path} -> {new}"))
}

fn content(content: &Content) -> String {
    format!("{}  {} bytes", content.content_hash, content.size_bytes)
}

/// A size in at most four digits: `812 B`, `64.0 KiB`, `5.0 GiB`.
pub fn size(bytes: i64) -> String {
    let mut unit = "B";
    let mut tenths = bytes.saturating_mul(10);
    for larger in ["KiB", "MiB", "GiB", "TiB"] {
        if tenths < 10_240 {
            break;
        }
        tenths /= 1024;
        unit = larger;
    }
    if unit == "B" { format!("{bytes} B") } else { format!("{}.{} {unit}", tenths / 10, tenths % 10) }
}

fn status_style(status: FileOperationVerificationStatus) -> Style {
    match status {
        FileOperationVerificationStatus::Pending => Style::Plain,
        FileOperationVerificationStatus::Verified => Style::Good,
        FileOperationVerificationStatus::Partial => Style::Warning,
        FileOperationVerificationStatus::Failed => Style::Bad,
        FileOperationVerificationStatus::Superseded => Style::Faint,
    }
}

fn finding_style(status: FileVerificationStatus) -> Style {
    match status {
        FileVerificationStatus::Verified => Style::Good,
        FileVerificationStatus::Partial => Style::Warning,
        FileVerificationStatus::Failed => Style::Bad,
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_short() {
        let shown = [0, 1023, 1024, 65_536, 1_048_575, 5_368_709_120, i64::MAX].map(size);
        assert_eq!(shown[..6], ["0 B", "1023 B", "1.0 KiB", "64.0 KiB", "1023.9 KiB", "5.0 GiB"]);
        assert!(shown[6].ends_with(" TiB"), "{}", shown[6]);
    }
}
