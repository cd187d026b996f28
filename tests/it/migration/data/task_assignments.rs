//! m..16: `down` loses every assignment; items and their ledger stay as they are, also those that are held.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000016_create_task_assignments", "task_assignments", rows);

const STATUSES: [&str; 7] = ["assigned", "started", "paused", "completed", "failed", "cancelled", "expired"];

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, status) in (0..).zip(STATUSES) {
        let (agent, user) = if n % 2 == 0 { (V::Id(401), null()) } else { (null(), V::Id(1)) };
        let json = V::json(JSON[n as usize]);
        rows.push(row![
            V::Id(601 + n),
            V::Id(301 + n),
            agent,
            user,
            V::Id(2),
            V::Id(402),
            NOW,
            FIRST,
            LAST,
            status,
            i64::from(n),
            NOW,
            NOW,
            ODD,
            json,
            NOW,
            NOW,
        ]);
    }
    // Ended ones of the same item do not count as open.
    for n in [610, 611] {
        rows.push(row![
            V::Id(n),
            V::Id(301),
            V::Id(420),
            null(),
            null(),
            null(),
            NOW,
            null(),
            null(),
            "failed",
            i64::MAX,
            null(),
            null(),
            long(),
            null(),
            NOW,
            NOW,
        ]);
    }
    rows.push(row![
        V::Id(612),
        V::Id(313),
        V::Id(402),
        null(),
        null(),
        null(),
        NOW,
        null(),
        null(),
        "started",
        1,
        NOW,
        null(),
        null(),
        null(),
        NOW,
        NOW,
    ]);
    let columns = "id, work_item_id, agent_id, user_id, assigned_by, assigned_by_agent_id, assigned_at, started_at, \
                   completed_at, status, attempt, lease_expires_at, heartbeat_at, notes, context, created_at, updated_at";
    insert(kind, "task_assignments", columns, rows)
}
