//! m..02: `down` loses every project.

use support::Kind;

use super::value::{JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000002_create_board_projects", "board_projects", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = vec![
        row![V::Id(101), "callboard", "Callboard", "CB", 1, 1, V::Null, "active", V::Null, NOW, NOW],
        row![V::Id(102), ODD, ODD, ODD, i64::MAX, i64::MIN, ODD, "archived", "{}", NOW, LAST],
        row![V::Id(103), long(), long(), long(), 0, 0, long(), "active", format!("\"{}\"", long()), NOW, NOW],
    ];
    for (n, json) in (0..).zip(JSON) {
        let name = format!("json-{n}");
        rows.push(row![V::Id(110 + n), &*name, "J", &*name, 1, 1, "", "active", V::json(json), NOW, NOW]);
    }
    let columns = "id, slug, name, key_prefix, next_item_number, next_decision_number, root_path, status, metadata, \
                   created_at, updated_at";
    insert(kind, "board_projects", columns, rows)
}
