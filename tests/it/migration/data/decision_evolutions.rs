//! m..32: `down` loses the links; the decisions keep their status.

use support::Kind;

use super::value::{LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000032_create_decision_evolutions", "decision_evolutions", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, kind) in (0..).zip(["superseded", "refined", "reversed", "clarified"]) {
        let actor = ["agent", "user", "system"][n as usize % 3];
        rows.push(row![V::Id(2001 + n), V::Id(1901 + n), V::Id(1902 + n), kind, ODD, actor, V::Id(1), NOW]);
    }
    // One of two, and two of one.
    for (n, original, new) in [(2010, 1901, 1922), (2011, 1902, 1922), (2012, 1901, 1921)] {
        rows.push(row![V::Id(n), V::Id(original), V::Id(new), "superseded", "", "system", V::Null, LAST]);
    }
    rows.push(row![V::Id(2013), V::Id(1920), V::Id(1921), "refined", long(), "agent", V::Id(420), NOW]);
    let columns = "id, original_id, new_id, kind, reason, actor_type, actor_id, created_at";
    insert(kind, "decision_evolutions", columns, rows)
}
