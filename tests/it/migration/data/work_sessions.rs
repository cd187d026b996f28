//! m..26: `down` loses every session; who and what they were about stays.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000026_create_work_sessions", "work_sessions", rows);

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let at = n as usize;
        // Several active ones of one holder in one project are allowed.
        let (agent, user) = if n % 2 == 0 { (V::Id(401), null()) } else { (null(), V::Id(1)) };
        rows.push(row![
            V::Id(1501 + n),
            format!("{ODD}{n}"),
            V::Id(101),
            agent,
            user,
            ["cli", "mcp", "api"][at % 3],
            ["work", "planning", "review"][at % 3],
            ["active", "paused", "completed", "abandoned"][at % 4],
            V::Id(301 + n % 8),
            FIRST,
            NOW,
            NOW,
            LAST,
            i64::from(n),
            ODD,
            V::json(json),
            NOW,
            NOW,
        ]);
    }
    // Of nobody, nowhere, without anything; the longest texts and the largest number.
    let mut bare = row![V::Id(1520), "", null(), null(), null(), "cli", "work", "active", null(), FIRST];
    bare.extend(row![null(), null(), null(), i64::MIN, null(), null(), NOW, NOW]);
    rows.push(bare);
    let json = format!("\"{}\"", long());
    let mut most = row![V::Id(1521), long(), V::Id(103), V::Id(420), null(), "api", "review", "completed"];
    most.extend(row![V::Id(313), LAST, null(), null(), LAST, i64::MAX, long(), json, NOW, LAST]);
    rows.push(most);
    let columns = "id, key, project_id, agent_id, user_id, source, session_type, status, active_work_item_id, \
                   started_at, resumed_at, paused_at, ended_at, active_seconds, summary, metadata, created_at, \
                   updated_at";
    insert(kind, "work_sessions", columns, rows)
}
