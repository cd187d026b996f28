//! m..06: `down` loses the ledger.

use support::Kind;

use super::value::{JSON, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000006_create_work_item_events", "work_item_events", rows);

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let actor = ["agent", "user", "system"][n as usize % 3];
        rows.push(row![
            V::Id(501 + n),
            V::Id(301 + n % 4),
            100 + i64::from(n),
            V::Id(601),
            V::Id(9),
            ODD,
            "todo",
            "",
            actor,
            V::Id(1),
            long(),
            V::json(json),
            NOW,
        ]);
    }
    rows.push(row![
        V::Id(520),
        V::Id(310),
        i64::MIN,
        null(),
        null(),
        "",
        null(),
        null(),
        "system",
        null(),
        null(),
        null(),
        NOW,
    ]);
    let mut comment = row![V::Id(521), V::Id(310), 7, null(), null(), "comment", null(), null()];
    comment.extend(row!["user", V::Id(1), "Crème brûlée: a comment", null(), NOW]);
    rows.push(comment);
    let columns = "id, work_item_id, revision, assignment_id, session_id, kind, from_status, to_status, actor_type, \
                   actor_id, reason, data, created_at";
    insert(kind, "work_item_events", columns, rows)
}
