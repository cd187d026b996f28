//! Our own migrations: what they run, from the committed snapshots, and the exceptions that they need.

use super::{Allow, Finding, Linter, Unreadable, allow};
use crate::runner::Direction;
use crate::target::Kind;

/// Version, rule and reason. One that nothing needs is a finding.
pub const ALLOWED: &[(Kind, &str, &str, &str)] = &[
    (Kind::Postgres, "m20261121_000011_add_delegation_to_work_items", "P1", IN_ONE_TRANSACTION),
    (
        Kind::Postgres,
        "m20261121_000011_add_delegation_to_work_items",
        "P3",
        "the vocabulary comes with its column, and the one scan is shorter than the indexes that follow it",
    ),
    (Kind::Postgres, "m20261121_000012_create_ready_queue", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261121_000025_unique_user_names", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261121_000028_index_events_by_session", "P1", IN_ONE_TRANSACTION),
    (
        Kind::Postgres,
        "m20261121_000036_add_automation_to_work_items",
        "P3",
        "the vocabulary comes with its column, whose default it holds; the one scan is one of those that the run makes of \
         every table before COMMIT anyway",
    ),
    (Kind::Postgres, "m20261122_000044_index_items_by_priority", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000045_index_waiting_items", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000046_drop_unread_indexes", "P18", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000046_drop_unread_indexes", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000048_index_set_references", "P18", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000048_index_set_references", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000049_index_lists_by_newest", "P18", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000049_index_lists_by_newest", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000050_index_backoffs_by_project", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000051_index_context_by_expiry", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261122_000052_index_lost_items", "P1", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261124_000053_index_inboxes", "P18", IN_ONE_TRANSACTION),
    (Kind::Postgres, "m20261124_000053_index_inboxes", "P1", IN_ONE_TRANSACTION),
];

const IN_ONE_TRANSACTION: &str = "a run is one transaction, so that it applies all or nothing, and CONCURRENTLY can't \
                                  be part of one: whoever writes to the board waits until it is migrated";

/// The SQL of every `down` on an empty database, newest first, under a comment with the version.
const DOWN: [(Kind, &str); 2] = [
    (Kind::Sqlite, include_str!("../../snapshots/sqlite/down.sql")),
    (Kind::Postgres, include_str!("../../snapshots/postgres/down.sql")),
];

/// What a look at our own history gave.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub findings: Vec<Finding>,
    pub migrations: usize,
    /// How many exceptions were needed.
    pub exceptions: usize,
    /// The tables that are left after the way down; none, if the lint understood every statement.
    pub left: Vec<String>,
}

/// Looks at every migration of ours on one database, up and then down, with the committed exceptions.
///
/// # Errors
/// A snapshot is no SQL script.
pub fn history(kind: Kind) -> Result<Outcome, Unreadable> {
    let steps = crate::known();
    let mut linter = Linter::new(kind);
    let mut findings = Vec::new();
    for step in steps {
        findings.extend(linter.read(step.version(), Direction::Up, step.sql(kind))?.findings);
    }
    for (version, sql) in down(kind) {
        findings.extend(linter.read(version, Direction::Down, &sql)?.findings);
    }
    let of_kind = ALLOWED.iter().filter(|(of, ..)| *of == kind);
    let allowed: Vec<Allow> = of_kind
        .map(|(_, version, rule, reason)| Allow {
            version: Some(version),
            rule: (*rule).to_owned(),
            reason: (*reason).to_owned(),
        })
        .collect();
    let (mut findings, unused) = allow::without(findings, &allowed);
    let exceptions = allowed.len() - unused.len();
    for unused in unused {
        let version = unused.version.unwrap_or_default();
        findings.push(allow::finding(kind, version, Direction::Up, allow::unused(unused)));
    }
    let left = linter.tables().into_iter().map(str::to_owned).collect();
    Ok(Outcome { findings, migrations: steps.len(), exceptions, left })
}

/// Version and SQL of each `down`.
fn down(kind: Kind) -> Vec<(&'static str, String)> {
    let text = DOWN.iter().find(|(of, _)| *of == kind).map_or("", |(_, text)| text);
    let mut out: Vec<(&str, String)> = Vec::new();
    for line in text.lines() {
        if let Some(version) = line.strip_prefix("-- ") {
            out.push((version, String::new()));
        } else if let Some((_, sql)) = out.last_mut() {
            sql.push_str(line);
            sql.push('\n');
        }
    }
    out
}
