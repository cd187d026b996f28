//! m..47: how PostgreSQL stores tables: not one row changes, in either direction.

use super::Check;

pub(super) const CHECK: Check = Check {
    version: "m20261122_000047_store_hot_tables",
    rows: |_| Vec::new(),
    up: |_, before, after| assert_eq!(after, before),
    down: |_, full, down| assert_eq!(down, full),
    again: |_, full, again| assert_eq!(again, full),
};
