//! m..53: indexes only: not one row changes, in either direction.

use super::Check;

pub(super) const CHECK: Check = Check {
    version: "m20261124_000053_index_inboxes",
    rows: |_| Vec::new(),
    up: |_, before, after| assert_eq!(after, before),
    down: |_, full, down| assert_eq!(down, full),
    again: |_, full, again| assert_eq!(again, full),
};
