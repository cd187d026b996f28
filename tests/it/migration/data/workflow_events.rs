//! m..24: `down` loses the ledger of runs; runs and steps stay as they are.

use support::Kind;

use super::value::{JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000024_create_workflow_events", "workflow_events", rows);

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let actor = ["agent", "user", "system"][n as usize % 3];
        rows.push(row![
            V::Id(1401 + n),
            V::Id(1101 + n % 2),
            i64::from(n),
            V::Id(1201 + n),
            ODD,
            "running",
            "",
            actor,
            V::Id(1),
            ODD,
            i64::from(n),
            long(),
            V::json(json),
            NOW,
        ]);
    }
    for (n, revision) in [(1420, i64::MAX), (1421, i64::MIN)] {
        let mut row = row![V::Id(n), V::Id(1103), revision, null(), "", null(), null(), "system", null(), null()];
        row.extend(row![revision, null(), null(), LAST]);
        rows.push(row);
    }
    let columns = "id, workflow_run_id, revision, step_id, kind, from_status, to_status, actor_type, actor_id, \
                   runner_id, run_epoch, reason, data, created_at";
    insert(kind, "workflow_events", columns, rows)
}
