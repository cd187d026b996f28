//! m..09: `down` loses where rows came from.

use support::Kind;

use super::value::{NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000009_create_external_refs", "external_refs", rows);

fn rows(kind: Kind) -> Vec<String> {
    let rows = vec![
        row![V::Id(801), "beads", "bd-1", "work_item", V::Id(301), "a".repeat(64), NOW, NOW],
        row![V::Id(802), "beads", "bd-1", "user", V::Id(1), "", NOW, NOW],
        row![V::Id(803), ODD, ODD, ODD, V::Id(9_999), ODD, NOW, NOW],
        row![V::Id(804), "s", long(), "work_item", V::Id(301), "", NOW, NOW],
    ];
    let columns = "id, source, source_id, entity_type, entity_id, content_sha256, imported_at, created_at";
    insert(kind, "external_refs", columns, rows)
}
