//! m..05: `down` loses which items are in which sprint.

use support::Kind;

use super::value::{NOW, V, insert, row};

super::table_check!("m20261121_000005_create_sprint_items", "sprint_items", rows);

fn rows(kind: Kind) -> Vec<String> {
    let rows = vec![
        row![V::Id(201), V::Id(301), 0, NOW],
        row![V::Id(201), V::Id(310), 0, NOW],
        row![V::Id(202), V::Id(301), i64::MAX, NOW],
        row![V::Id(205), V::Id(313), i64::MIN, NOW],
    ];
    insert(kind, "sprint_items", "sprint_id, work_item_id, position, created_at", rows)
}
