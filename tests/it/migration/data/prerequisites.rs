//! m..14: `down` loses every prerequisite; each counter goes to 0 with a row in the ledger.

use support::Kind;

use super::value::{JSON, NOW, ODD, V, insert, long, row};
use super::{Check, Dump};

pub(super) const CHECK: Check = Check { version: "m20261121_000014_create_task_prerequisites", rows, up, down, again };

const TABLE: &str = "task_prerequisites";
const TYPES: [&str; 4] = ["completion_dependency", "validation_requirement", "file_dependency", "quality_gate"];
const STATUSES: [&str; 4] = ["pending", "satisfied", "failed", "waived"];
/// The items that wait, and for how many.
const WAITING: [(u32, i64); 3] = [(301, 1), (310, 2), (312, i64::MAX)];

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, (r#type, status)) in (0..).zip(TYPES.into_iter().zip(STATUSES)) {
        let json = V::json(JSON[n as usize * 2]);
        let (yes, no) = (V::Raw("TRUE"), V::Raw("FALSE"));
        rows.push(row![
            V::Id(901 + n),
            V::Id(310),
            V::Id(302 + n),
            r#type,
            ODD,
            json,
            yes,
            no,
            status,
            NOW,
            ODD,
            long(),
            NOW,
            NOW,
        ]);
    }
    // An item that waits for itself, twice for nothing that is an item, and a long text.
    for (n, on) in [(910, V::Id(301)), (911, null()), (912, null())] {
        rows.push(row![
            V::Id(n),
            V::Id(301),
            on,
            TYPES[0],
            long(),
            null(),
            V::Raw("FALSE"),
            V::Raw("TRUE"),
            STATUSES[0],
            null(),
            null(),
            null(),
            NOW,
            NOW,
        ]);
    }
    let columns = "id, work_item_id, prerequisite_id, prerequisite_type, description, validation_criteria, is_mandatory, \
                   is_auto_resolvable, status, satisfied_at, waived_by, waiver_reason, created_at, updated_at";
    let mut out = insert(kind, TABLE, columns, rows);
    for (item, n) in WAITING {
        out.push(format!("UPDATE work_items SET unmet_prerequisites = {n} WHERE id = {}", V::Id(item).sql(kind)));
    }
    out
}

fn up(_: Kind, before: &Dump, after: &Dump) {
    assert_eq!(after, &before.clone().with_empty(TABLE, after));
}

fn down(kind: Kind, full: &Dump, down: &Dump) {
    // Apart from the counters, the revisions and the ledger nothing changes.
    let rest = full.clone().without(TABLE).without_ledger_of_counters();
    assert_eq!(down.clone().without_ledger_of_counters(), rest);
    let zero = if kind == Kind::Sqlite { "0" } else { "'0'" };
    assert!(down.column("work_items", "unmet_prerequisites").iter().all(|n| *n == zero));
    assert_eq!(down.count("work_item_events"), full.count("work_item_events") + WAITING.len());

    // Each of the three has a revision more, and the ledger's row has that revision and the new value.
    let revisions = |dump: &Dump| -> std::collections::BTreeMap<String, i64> {
        let ids = dump.column("work_items", "id").into_iter().map(str::to_owned);
        ids.zip(dump.column("work_items", "revision").into_iter().map(number)).collect()
    };
    let (before, after) = (revisions(full), revisions(down));
    let changed: Vec<&String> = before.keys().filter(|id| before[*id] != after[*id]).collect();
    assert_eq!(changed.len(), WAITING.len());
    let column = |name: &str| down.column("work_item_events", name);
    let events = column("kind").into_iter().zip(column("work_item_id")).zip(column("revision")).zip(column("data"));
    let mut written = 0;
    for (((kind, item), revision), data) in events {
        if kind == "'migrated'" {
            assert_eq!((after[item], after[item]), (before[item] + 1, number(revision)), "{item}");
            let data: serde_json::Value = serde_json::from_str(data.trim_matches('\'')).expect("JSON");
            assert_eq!(data, serde_json::json!({ "after": { "unmet_prerequisites": 0 } }));
            written += 1;
        }
    }
    assert_eq!(written, WAITING.len());
    let reasons = column("reason");
    let ours = reasons.iter().filter(|r| r.contains("taken away by migration down")).count();
    assert_eq!(ours, WAITING.len());
}

fn again(_: Kind, full: &Dump, again: &Dump) {
    let rest = full.clone().emptied(TABLE).without_ledger_of_counters();
    assert_eq!(again.clone().without_ledger_of_counters(), rest);
}

fn number(text: &str) -> i64 {
    text.trim_matches('\'').parse().expect("a number")
}
