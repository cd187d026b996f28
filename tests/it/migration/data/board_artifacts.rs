//! m..38: `down` loses every artifact's row; items, assignments and sessions stay.

use support::Kind;

use super::value::{FIRST, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000038_create_board_artifacts", "board_artifacts", rows);

const TYPES: [&str; 7] = ["code", "documentation", "analysis", "design", "test", "config", "general"];

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, r#type) in (0..).zip(TYPES) {
        // Versions of one name, each after the one before it, in the row and as a file in turn.
        let before = if n == 0 { V::Null } else { V::Id(2400 + n) };
        let (content, path) = if n % 2 == 0 { (ODD.into(), V::Null) } else { (V::Null, ODD.into()) };
        let mut row = row![V::Id(2401 + n), V::Id(301), V::Id(601), V::Id(1501 + n), ODD, r#type, i64::from(n)];
        row.extend(row!["e3b0c442", i64::from(n), ODD, content, path, before]);
        row.extend(row![["agent", "user", "system"][n as usize % 3], V::Id(1), NOW]);
        rows.push(row);
    }
    // The version before itself; both a text and a file, and neither; names that differ in case only; the numbers' ends.
    for (n, name, number, before) in [(2420, "", i64::MAX, V::Id(2420)), (2421, "A", i64::MIN, V::Null)] {
        let mut row = row![V::Id(n), V::Id(310), null(), null(), name, "general", number, "", number, null()];
        row.extend(row!["", "", before, "system", null(), FIRST]);
        rows.push(row);
    }
    let mut neither = row![V::Id(2422), V::Id(310), null(), null(), "a", "code", 0, "", 0, null(), null(), null()];
    neither.extend(row![null(), "user", V::Id(0), LAST]);
    rows.push(neither);
    let mut most = row![V::Id(2423), V::Id(313), null(), null(), long(), "test", 1, long(), 1_i64 << 53, long()];
    most.extend(row![long(), long(), null(), "agent", V::Id(420), NOW]);
    rows.push(most);
    let columns = "id, work_item_id, assignment_id, session_id, name, artifact_type, version, content_hash, size_bytes, \
                   mime_type, content, path, previous_version_id, actor_type, actor_id, created_at";
    insert(kind, "board_artifacts", columns, rows)
}
