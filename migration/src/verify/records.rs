//! What rows say of themselves and of each other and no CHECK holds: reviews, artifacts, work streams, maintenance,
//! measurements and archives. The rules are the service's (domain.md, *Automation and maintenance*).

use super::report::{Check, Found};
use super::rule::{Asked, Rule, ask};
use super::subject::Subject;
use crate::error::Error;
use crate::runner::catalogue::literal;
use crate::target::Kind;

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let mut rules = vec![
        reason_of_rejection(subject),
        content_or_path(subject),
        size_of_content(subject),
        version_before(subject),
        item_of_stream(subject),
        state_of_operation(subject),
        target_of_operation(subject),
        passing_without_threshold(subject),
        expiry_of_archive(subject),
        rows_of_archive(subject),
    ];
    let of_assignments = ["reviews", "board_artifacts"];
    rules.extend(of_assignments.map(|table| assignment_of_the_item(subject, table)));
    let digests = [("board_artifacts", "content_hash"), ("work_item_archives", "content_sha256")];
    rules.extend(digests.map(|(table, column)| digest(subject, table, column)));
    ask(subject, Check::Records, rules).await
}

/// A rule about the columns of one row, which it reads.
fn of_row(s: &Subject<'_>, table: &str, [column, found, expected, broken]: [&str; 4], reads: &[&str]) -> Rule {
    let asked =
        Asked { found: found.to_owned(), expected: literal(expected), join: String::new(), broken: broken.to_owned() };
    let reads = [&[column, "id"], reads].concat();
    Rule::of(s, table, format!("column {column}"), reads, &asked)
}

/// Whoever claims the item next is told why it came back.
fn reason_of_rejection(s: &Subject<'_>) -> Rule {
    let broken = "c.verdict = 'rejected' AND coalesce(trim(c.reason), '') = ''";
    of_row(s, "reviews", ["reason", "c.reason", "the reason of a rejection", broken], &["verdict"])
}

/// The assignment that is named is one of the same item.
fn assignment_of_the_item(s: &Subject<'_>, table: &str) -> Rule {
    let asked = Asked {
        found: s.shown("c.assignment_id"),
        expected: literal("an assignment of its item"),
        join: format!("JOIN {} AS p ON p.id = c.assignment_id", s.table("task_assignments")),
        broken: "p.work_item_id <> c.work_item_id".to_owned(),
    };
    let reads = ["assignment_id", "work_item_id", "id", "task_assignments.id", "task_assignments.work_item_id"];
    Rule::of(s, table, "column assignment_id".to_owned(), reads, &asked)
}

fn content_or_path(s: &Subject<'_>) -> Rule {
    let found = "CASE WHEN c.content IS NULL THEN 'neither' ELSE 'both' END";
    let broken = "(c.content IS NULL) = (c.path IS NULL)";
    of_row(s, "board_artifacts", ["content", found, "either a content or a path", broken], &["path"])
}

/// A text in the row is as long as the row says; how long a file is, only a look at it can tell.
fn size_of_content(s: &Subject<'_>) -> Rule {
    let bytes = match s.place.kind {
        Kind::Sqlite => "length(CAST(c.content AS blob))",
        Kind::Postgres => "octet_length(c.content)",
    };
    let broken = format!("c.size_bytes < 0 OR c.content IS NOT NULL AND c.size_bytes <> {bytes}");
    let found = s.shown("c.size_bytes");
    of_row(s, "board_artifacts", ["size_bytes", &found, "how many bytes its content has", &broken], &["content"])
}

fn version_before(s: &Subject<'_>) -> Rule {
    let asked = Asked {
        found: s.shown("c.previous_version_id"),
        expected: literal("an older version of the same name and item"),
        join: format!("JOIN {} AS p ON p.id = c.previous_version_id", s.table("board_artifacts")),
        broken: "p.work_item_id <> c.work_item_id OR p.name <> c.name OR p.version >= c.version".to_owned(),
    };
    let reads = ["previous_version_id", "work_item_id", "name", "version", "id"];
    Rule::of(s, "board_artifacts", "column previous_version_id".to_owned(), reads, &asked)
}

fn item_of_stream(s: &Subject<'_>) -> Rule {
    let [items, streams] = ["work_items", "work_streams"].map(|table| s.table(table));
    let asked = Asked {
        found: s.shown("c.work_item_id"),
        expected: literal("an item of the stream's project"),
        join: format!("JOIN {items} AS i ON i.id = c.work_item_id JOIN {streams} AS w ON w.id = c.stream_id"),
        broken: "i.project_id <> w.project_id".to_owned(),
    };
    let reads = ["stream_id", "work_item_id", "work_items.project_id", "work_streams.id", "work_streams.project_id"];
    Rule::of(s, "work_stream_items", "column work_item_id".to_owned(), reads, &asked)
}

/// How far a run is, and what it has written down of that.
fn state_of_operation(s: &Subject<'_>) -> Rule {
    let noted = ["started_at", "lease_expires_at", "completed_at", "error"];
    let with = noted.map(|column| format!("CASE WHEN c.{column} IS NULL THEN '' ELSE ', {column}' END"));
    let states = [
        ("pending", "c.started_at IS NOT NULL OR c.completed_at IS NOT NULL", "nothing of a run"),
        (
            "running",
            "c.started_at IS NULL OR c.lease_expires_at IS NULL OR c.completed_at IS NOT NULL",
            "a start and a lease, and no end",
        ),
        (
            "completed",
            "c.started_at IS NULL OR c.completed_at IS NULL OR c.error IS NOT NULL",
            "a start and an end, and no error",
        ),
        ("failed", "c.completed_at IS NULL OR c.error IS NULL", "an end and an error"),
    ];
    let case = |then: fn(&(&str, &str, &str)) -> String| {
        let whens: String = states.iter().map(|state| format!(" WHEN '{}' THEN {}", state.0, then(state))).collect();
        format!("CASE c.execution_status{whens} END")
    };
    let asked = Asked {
        found: format!("c.execution_status || {}", with.join(" || ")),
        expected: case(|(_, _, expected)| literal(expected)),
        join: String::new(),
        broken: case(|(_, broken, _)| format!("({broken})")),
    };
    let reads = [&["execution_status", "id"], &noted[..]].concat();
    Rule::of(s, "maintenance_operations", "column execution_status".to_owned(), reads, &asked)
}

fn target_of_operation(s: &Subject<'_>) -> Rule {
    let broken = "c.scope = 'specific_item' AND c.target_id IS NULL";
    let found = s.shown("c.target_id");
    of_row(s, "maintenance_operations", ["target_id", &found, "the item that it is about", broken], &["scope"])
}

fn passing_without_threshold(s: &Subject<'_>) -> Rule {
    let broken = "c.threshold IS NULL AND NOT c.is_passing";
    let expected = "that it passes: it has no threshold";
    of_row(s, "project_health_metrics", ["is_passing", "'that it fails'", expected, broken], &["threshold"])
}

/// What expires when it is made was never kept.
fn expiry_of_archive(s: &Subject<'_>) -> Rule {
    let found = s.shown("c.expires_at");
    let broken = "c.expires_at <= c.created_at";
    of_row(s, "work_item_archives", ["expires_at", &found, "a time after it was made", broken], &["created_at"])
}

/// The item itself is one.
fn rows_of_archive(s: &Subject<'_>) -> Rule {
    let found = s.shown("c.row_count");
    of_row(s, "work_item_archives", ["row_count", &found, "at least 1: the item", "c.row_count < 1"], &[])
}

/// SHA-256, in lower case.
fn digest(s: &Subject<'_>, table: &str, column: &str) -> Rule {
    let is_one = match s.place.kind {
        Kind::Sqlite => format!("length(c.{column}) = 64 AND c.{column} NOT GLOB '*[^0-9a-f]*'"),
        Kind::Postgres => format!("c.{column} ~ '^[0-9a-f]{{64}}$'"),
    };
    let found = format!("c.{column}");
    of_row(s, table, [column, &found, "64 digits of a SHA-256, in lower case", &format!("NOT ({is_one})")], &[])
}
