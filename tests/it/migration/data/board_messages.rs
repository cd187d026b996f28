//! m..33: `down` loses every message; who wrote them, and what they were about, stays.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, V, insert, long, row};

super::table_check!("m20261121_000033_create_board_messages", "board_messages", rows);

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let at = n as usize;
        // The first begins a thread, which goes on in turn; one answers itself.
        let thread = [null(), V::Id(2101), V::Id(2100 + n), V::Id(2101 + n)][at.min(3)].clone();
        let mut row = row![V::Id(2101 + n), V::Id(101), thread, ["message", "handover", "broadcast"][at % 3]];
        row.extend(row![V::Id(401 + n), V::Id(401), V::Id(301 + n % 8), V::json(json)]);
        row.extend(row![["agent", "user", "system"][at % 3], V::Id(1), FIRST, LAST, NOW]);
        rows.push(row);
    }
    for (n, body) in [(2120, "{}".to_owned()), (2121, format!("{{\"text\": \"{}\"}}", long()))] {
        let mut row = row![V::Id(n), V::Id(102), null(), "handover", null(), null(), null(), body];
        row.extend(row!["system", null(), null(), null(), LAST]);
        rows.push(row);
    }
    let columns = "id, project_id, thread_id, kind, from_agent_id, to_agent_id, work_item_id, body, actor_type, \
                   actor_id, read_at, acknowledged_at, created_at";
    insert(kind, "board_messages", columns, rows)
}
