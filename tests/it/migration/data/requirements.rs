//! m..13: the rows are what the keys say; `down` loses nothing, and `up` gives the same rows again.

use support::Kind;

use super::{Check, Dump};

pub(super) const CHECK: Check =
    Check { version: "m20261121_000013_create_work_item_requirements", rows: |_| Vec::new(), up, down, again };

const TABLE: &str = "work_item_requirements";

fn up(kind: Kind, before: &Dump, after: &Dump) {
    assert_eq!(&after.clone().without(TABLE), before);
    let capabilities = after.column(TABLE, "capability");
    let levels = after.column(TABLE, "min_level");
    let mut found: Vec<(&str, &str)> = capabilities.into_iter().zip(levels).collect();
    found.sort_unstable();
    let expected = [
        ("'a'", "'basic'"),
        ("'b'", "'basic'"),
        ("'c'", "'expert'"),
        ("'rust'", "'basic'"),
        ("'rust'", "'expert'"),
        ("'sql'", "'proficient'"),
        ("'é漢'", "'basic'"),
    ];
    assert_eq!(found, expected);
    let items: std::collections::BTreeSet<&str> = after.column(TABLE, "work_item_id").into_iter().collect();
    assert_eq!(items.len(), 4, "an empty key has no rows");
    // The time is the item's own.
    let now =
        if kind == Kind::Sqlite { "'2026-02-28T23:59:59.123456+00:00'" } else { "'2026-02-28 23:59:59.123456+00'" };
    assert!(after.column(TABLE, "created_at").iter().all(|at| *at == now), "{after:?}");
}

fn down(_: Kind, full: &Dump, down: &Dump) {
    assert_eq!(down, &full.clone().without(TABLE));
}

fn again(_: Kind, full: &Dump, again: &Dump) {
    assert_eq!(again, full);
}
