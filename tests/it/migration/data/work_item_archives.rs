//! m..43: `down` loses what the archive holds; projects, runs and the items on the board stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000043_create_work_item_archives", "work_item_archives", rows);

const REASONS: [&str; 4] = ["completed", "stale", "failed", "orphaned"];

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let at = n as usize;
        // The same key again and again; the first item is on the board too.
        let item = V::Id(if n == 0 { 301 } else { 9300 + n });
        let mut row = row![V::Id(2801 + n), V::Id(101), item, ODD, ODD, REASONS[at % 4], V::json(json), "e3b0c442"];
        row.extend(row![i64::from(n), V::Raw(["TRUE", "FALSE"][at % 2]), V::Id(2601 + n)]);
        row.extend(row![["agent", "user", "system"][at % 3], V::Id(1), LAST, NOW]);
        rows.push(row);
    }
    for (n, item, count) in [(2820, 0, i64::MAX), (2821, 9320, i64::MIN)] {
        let mut row = row![V::Id(n), V::Id(102), V::Id(item), "", "", "stale", "{}", "", count, V::Raw("TRUE")];
        row.extend(row![V::Null, "system", V::Null, FIRST, LAST]);
        rows.push(row);
    }
    let json = format!("{{\"item\": \"{}\"}}", long());
    let mut most = row![V::Id(2822), V::Id(103), V::Id(9321), long(), long(), "failed", json, long(), 1];
    most.extend(row![V::Raw("FALSE"), V::Null, "agent", V::Id(0), NOW, NOW]);
    rows.push(most);
    let columns = "id, project_id, item_id, item_key, title, reason, content, content_sha256, row_count, restorable, \
                   operation_id, actor_type, actor_id, expires_at, created_at";
    insert(kind, "work_item_archives", columns, rows)
}
