//! m..27: `down` loses what happened in the sessions; the sessions stay.

use support::Kind;

use super::value::{JSON, LAST, NOW, V, insert, long, row};

super::table_check!("m20261121_000027_create_session_events", "session_events", rows);

const KINDS: [&str; 8] = ["push", "pop", "switch", "note", "command", "pause", "resume", "end"];

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let kind = KINDS[n as usize % KINDS.len()];
        let actor = ["agent", "user", "system"][n as usize % 3];
        let item = V::Id(301 + n % 8);
        rows.push(row![V::Id(1601 + n), V::Id(1501), i64::from(n), kind, item, actor, V::Id(1), V::json(json), NOW]);
    }
    let texts = ["{}", "{\"text\": \"Crème brûlée: a note\"}"].map(V::json);
    let [none, text] = texts;
    let long = V::from(format!("\"{}\"", long()));
    for (n, seq, json) in [(1620, i64::MAX, V::Null), (1621, i64::MIN, none), (1622, 0, long), (1623, 1, text)] {
        rows.push(row![V::Id(n), V::Id(1502), seq, "note", V::Null, "system", V::Null, json, LAST]);
    }
    let columns = "id, session_id, seq, kind, work_item_id, actor_type, actor_id, data, created_at";
    insert(kind, "session_events", columns, rows)
}
