//! m..11: the delegation columns come to a populated `work_items`; `down` loses what they hold, and nothing else.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, long};
use super::{Check, Dump};

pub(super) const CHECK: Check =
    Check { version: "m20261121_000011_add_delegation_to_work_items", rows, up, down, again };

const TABLE: &str = "work_items";

/// Name, default on SQLite, default on PostgreSQL.
const COLUMNS: [(&str, &str, &str); 13] = [
    ("delegation_status", "'unassigned'", "'unassigned'"),
    ("delegation_context", "NULL", "NULL"),
    ("delegation_history", "NULL", "NULL"),
    ("estimated_hours", "NULL", "NULL"),
    ("actual_hours", "NULL", "NULL"),
    ("unmet_prerequisites", "0", "'0'"),
    ("attempt_count", "0", "'0'"),
    ("max_attempts", "3", "'3'"),
    ("requirement_key", "''", "''"),
    ("available_at", "NULL", "NULL"),
    ("dead_at", "NULL", "NULL"),
    ("blocked_reason", "NULL", "NULL"),
    ("last_activity_at", "NULL", "NULL"),
];

fn rows(kind: Kind) -> Vec<String> {
    let statuses = ["unassigned", "assigned", "in_progress", "blocked", "completed", "cancelled"];
    let mut out = Vec::new();
    for (n, status) in (0..).zip(statuses) {
        let json = V::json(JSON[n as usize]).sql(kind);
        let hours = ["0", "0.01", "999999.99", "0.10", "1.5", "40"][n as usize];
        let key =
            ["", "rust:basic", "rust:expert,sql:proficient", "é漢:basic", "a:basic,b:basic,c:expert", ""][n as usize];
        out.push(format!(
            "UPDATE work_items SET delegation_status = '{status}', delegation_context = {json}, \
             delegation_history = {json}, estimated_hours = {hours}, actual_hours = {hours}, attempt_count = {n}, \
             max_attempts = {n}, requirement_key = '{key}', available_at = {}, dead_at = {}, blocked_reason = {}, \
             last_activity_at = {}, unmet_prerequisites = 0 WHERE id = {}",
            FIRST.sql(kind),
            LAST.sql(kind),
            V::from(ODD).sql(kind),
            NOW.sql(kind),
            V::Id(301 + n).sql(kind),
        ));
    }
    let reason = V::from(long()).sql(kind);
    out.push(format!(
        "UPDATE work_items SET blocked_reason = {reason}, attempt_count = {} WHERE id = {}",
        i64::MAX,
        V::Id(313).sql(kind)
    ));
    out
}

fn ours(column: &str) -> bool {
    COLUMNS.iter().any(|(name, ..)| *name == column)
}

fn defaults(kind: Kind, dump: &Dump) {
    for (column, sqlite, postgres) in COLUMNS {
        let expected = if kind == Kind::Sqlite { sqlite } else { postgres };
        assert!(
            dump.column(TABLE, column).iter().all(|v| *v == expected),
            "{column}: {:?}",
            dump.column(TABLE, column)
        );
    }
}

fn up(kind: Kind, before: &Dump, after: &Dump) {
    assert!(before.count(TABLE) > 10, "the table must be populated");
    assert_eq!(&after.clone().without_columns(TABLE, ours), before);
    defaults(kind, after);
}

fn down(_: Kind, full: &Dump, down: &Dump) {
    assert_eq!(down, &full.clone().without_columns(TABLE, ours));
}

fn again(kind: Kind, full: &Dump, again: &Dump) {
    assert_eq!(again.clone().without_columns(TABLE, ours), full.clone().without_columns(TABLE, ours));
    defaults(kind, again);
}
