//! m..40: `down` loses which items are in which work stream; both stay.

use support::Kind;

use super::value::{FIRST, LAST, NOW, V, insert, row};

super::table_check!("m20261121_000040_create_work_stream_items", "work_stream_items", rows);

fn rows(kind: Kind) -> Vec<String> {
    let rows = vec![
        row![V::Id(2501), V::Id(301), 0, NOW],
        // The same place twice, an item in two streams, and one of another project.
        row![V::Id(2501), V::Id(310), 0, NOW],
        row![V::Id(2502), V::Id(301), i64::MAX, FIRST],
        row![V::Id(2524), V::Id(313), i64::MIN, LAST],
        row![V::Id(2520), V::Id(301), -1, NOW],
    ];
    insert(kind, "work_stream_items", "stream_id, work_item_id, position, created_at", rows)
}
