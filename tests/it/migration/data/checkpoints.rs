//! m..34: `down` loses every checkpoint.

use support::Kind;

use super::value::{JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000034_create_checkpoints", "checkpoints", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let actor = ["agent", "user", "system"][n as usize % 3];
        let mut row = row![V::Id(2201 + n), V::Id(301), V::Id(601), V::Id(1501 + n), i64::from(n), ODD];
        row.extend(row![actor, V::Id(1), V::json(json), NOW]);
        rows.push(row);
    }
    for (n, seq, note) in [(2220, i64::MAX, String::new()), (2221, i64::MIN, long())] {
        rows.push(row![V::Id(n), V::Id(313), V::Null, V::Null, seq, note, "system", V::Null, V::Null, LAST]);
    }
    let data = format!("[\"{}\"]", long());
    rows.push(row![V::Id(2222), V::Id(310), V::Null, V::Null, 0, "", "agent", V::Id(420), data, NOW]);
    let columns = "id, work_item_id, assignment_id, session_id, seq, note, actor_type, actor_id, data, created_at";
    insert(kind, "checkpoints", columns, rows)
}
