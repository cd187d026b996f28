//! m..36: the automation columns come to a populated `work_items`; `down` loses what they hold, and an item that counted
//! prerequisites of all kinds counts completions alone again, with a row in the ledger.

use std::collections::BTreeMap;

use serde_json::json;
use support::Kind;

use super::value::V;
use super::{Check, Dump};

pub(super) const CHECK: Check =
    Check { version: "m20261121_000036_add_automation_to_work_items", rows, up, down, again };

const TABLE: &str = "work_items";

/// Name, default on SQLite, default on PostgreSQL.
const COLUMNS: [(&str, &str, &str); 3] = [
    ("prerequisite_satisfaction_required", "0", "'false'"),
    ("auto_maintenance_enabled", "1", "'true'"),
    ("quality_gate_level", "'standard'", "'standard'"),
];

/// An item: whether it counts all kinds, whether it is maintained, its gate, and its counter.
const ITEMS: [(u32, &str, &str, &str, i64); 8] = [
    // Its completions are not mandatory, so that none counts.
    (301, "TRUE", "FALSE", "strict", 1),
    // Of its four one is a mandatory completion that is waited for; another one has failed. Its revision is 2^53.
    (310, "TRUE", "TRUE", "enhanced", 2),
    // More than it could ever have, and less than none.
    (311, "TRUE", "FALSE", "standard", i64::MAX),
    (312, "TRUE", "TRUE", "strict", -1),
    // These counted completions before: nothing changes, whatever they hold.
    (302, "TRUE", "TRUE", "enhanced", 0),
    (303, "FALSE", "TRUE", "strict", 5),
    (304, "FALSE", "FALSE", "standard", i64::MIN),
    (305, "FALSE", "FALSE", "enhanced", 0),
];

/// The items whose counter changes on the way down, and what it says then.
const RECOUNTED: [(u32, i64); 4] = [(301, 0), (310, 1), (311, 0), (312, 0)];

const REASON: &str = "only completions count as prerequisites after migration down";

fn rows(kind: Kind) -> Vec<String> {
    let set = |(id, required, maintained, gate, unmet): (u32, &str, &str, &str, i64)| {
        format!(
            "UPDATE work_items SET prerequisite_satisfaction_required = {required}, \
             auto_maintenance_enabled = {maintained}, quality_gate_level = '{gate}', unmet_prerequisites = {unmet} \
             WHERE id = {}",
            V::Id(id).sql(kind)
        )
    };
    ITEMS.into_iter().map(set).collect()
}

fn ours(column: &str) -> bool {
    COLUMNS.iter().any(|(name, ..)| *name == column)
}

fn defaults(kind: Kind, dump: &Dump) {
    for (column, sqlite, postgres) in COLUMNS {
        let expected = if kind == Kind::Sqlite { sqlite } else { postgres };
        let found = dump.column(TABLE, column);
        assert!(found.iter().all(|v| *v == expected), "{column}: {found:?}");
    }
}

fn up(kind: Kind, before: &Dump, after: &Dump) {
    assert!(before.count(TABLE) > 10, "the table must be populated");
    assert_eq!(&after.clone().without_columns(TABLE, ours), before);
    defaults(kind, after);
}

fn down(kind: Kind, full: &Dump, down: &Dump) {
    // Apart from the counters, the revisions and the ledger nothing changes.
    let rest = full.clone().without_columns(TABLE, ours).without_ledger_of_counters();
    assert_eq!(down.clone().without_ledger_of_counters(), rest);

    let (before, after) = (counted(full), counted(down));
    assert_eq!(before.len(), after.len());
    let new: BTreeMap<String, i64> = RECOUNTED.iter().map(|(id, unmet)| (shown(kind, *id), *unmet)).collect();
    for (id, (revision, unmet)) in &before {
        let expected = new.get(id).map_or((*revision, *unmet), |unmet| (revision + 1, *unmet));
        assert_eq!(after[id], expected, "{id}");
    }

    // Each of them has a ledger row at its new revision, with the new counter.
    let written = written(down);
    assert_eq!(written.len(), RECOUNTED.len());
    assert_eq!(written.keys().collect::<Vec<_>>(), new.keys().collect::<Vec<_>>());
    for (id, (revision, data)) in written {
        assert_eq!(revision, after[&id].0, "{id}");
        assert_eq!(data, json!({ "after": { "unmet_prerequisites": new[&id] } }), "{id}");
    }
    assert_eq!(down.count("work_item_events"), full.count("work_item_events") + RECOUNTED.len());
}

fn again(kind: Kind, full: &Dump, again: &Dump) {
    let rest = full.clone().without_columns(TABLE, ours).without_ledger_of_counters();
    assert_eq!(again.clone().without_columns(TABLE, ours).without_ledger_of_counters(), rest);
    defaults(kind, again);
}

/// Revision and counter of each item.
fn counted(dump: &Dump) -> BTreeMap<String, (i64, i64)> {
    let column = |name: &str| dump.column(TABLE, name).into_iter();
    let numbers = column("revision").map(number).zip(column("unmet_prerequisites").map(number));
    column("id").map(str::to_owned).zip(numbers).collect()
}

/// The ledger rows of this migration, by item: revision and data.
fn written(dump: &Dump) -> BTreeMap<String, (i64, serde_json::Value)> {
    let column = |name: &str| dump.column("work_item_events", name).into_iter();
    let rows = column("work_item_id").zip(column("revision")).zip(column("data")).zip(column("reason"));
    let ours = rows.zip(column("kind")).filter(|((_, reason), _)| reason.trim_matches('\'') == REASON);
    ours.map(|((((item, revision), data), _), kind)| {
        assert_eq!(kind, "'migrated'", "{item}");
        let data = serde_json::from_str(data.trim_matches('\'')).expect("JSON");
        (item.to_owned(), (number(revision), data))
    })
    .collect()
}

/// An id as a dump shows it.
fn shown(kind: Kind, id: u32) -> String {
    V::Id(id).sql(kind)
}

fn number(text: &str) -> i64 {
    text.trim_matches('\'').parse().expect("a number")
}
