//! m..08: `down` loses every setting.

use support::Kind;

use super::value::{JSON, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000008_create_board_settings", "board_settings", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = vec![
        row![V::Id(701), V::Null, "the same key", "1", NOW, NOW],
        row![V::Id(702), V::Id(101), "the same key", "2", NOW, NOW],
        row![V::Id(703), V::Id(102), "the same key", "3", NOW, NOW],
        row![V::Id(704), V::Null, ODD, "4", NOW, NOW],
        row![V::Id(705), V::Null, long(), format!("\"{}\"", long()), NOW, NOW],
    ];
    for (n, json) in (0..).zip(JSON) {
        rows.push(row![V::Id(710 + n), V::Id(101), format!("json {n}"), V::json(json), NOW, NOW]);
    }
    insert(kind, "board_settings", "id, project_id, key, value, created_at, updated_at", rows)
}
