//! m..29: `down` loses every operation; items, assignments and sessions stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000029_create_file_operations", "file_operations", rows);

const OPERATIONS: [&str; 6] = ["create", "modify", "delete", "read", "move", "copy"];
const STATUSES: [&str; 5] = ["pending", "verified", "partial", "failed", "superseded"];

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        // The same path again and again, as a file is changed.
        let mut row = row![V::Id(1701 + n), V::Id(301), V::Id(601), V::Id(1501 + n)];
        row.extend(row![OPERATIONS[n as usize % 6], ODD, ODD, "e3b0c442", i64::from(n), ODD, V::json(json)]);
        let actor = ["agent", "user", "system"][n as usize % 3];
        row.extend(row![STATUSES[n as usize % 5], actor, V::Id(1), FIRST, NOW, LAST]);
        rows.push(row);
    }
    for (n, size) in [(1720, i64::MAX), (1721, i64::MIN)] {
        let mut row = row![V::Id(n), V::Id(302), null(), null(), "create", "", null(), null(), size, null(), null()];
        row.extend(row!["pending", "system", null(), LAST, NOW, NOW]);
        rows.push(row);
    }
    let mut most = row![V::Id(1722), V::Id(313), null(), null(), "copy", long(), long(), long(), null(), long()];
    most.extend(row![format!("[\"{}\"]", long()), "failed", "agent", V::Id(420), NOW, NOW, NOW]);
    rows.push(most);
    let columns = "id, work_item_id, assignment_id, session_id, operation, path, new_path, content_hash, size_bytes, \
                   rationale, file_metadata, verification_status, actor_type, actor_id, occurred_at, created_at, \
                   updated_at";
    insert(kind, "file_operations", columns, rows)
}
