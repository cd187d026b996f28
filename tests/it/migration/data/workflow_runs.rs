//! m..19: `down` loses every run; projects, templates and items stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000019_create_workflow_runs", "workflow_runs", rows);

const STATUSES: [&str; 6] = ["pending", "running", "paused", "completed", "failed", "cancelled"];

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        rows.push(row![
            V::Id(1101 + n),
            ODD,
            format!("run {n}"),
            V::Id(101),
            V::Id(1001 + n % 2),
            STATUSES[n as usize % STATUSES.len()],
            V::json(json),
            i64::from(n),
            i64::from(n) - 1,
            ODD,
            FIRST,
            LAST,
            ODD,
            i64::from(n),
            NOW,
            i64::from(n),
            NOW,
            NOW,
        ]);
    }
    // Nothing but what it must have; the longest texts; a runner without a lease and a lease without a runner.
    let bare = |n, name: &str, runner: V, lease: V| {
        let (none, status) = (null(), "running");
        let mut row = row![V::Id(n), name, format!("{name}{n}"), null(), null(), status, null(), null(), 0, none];
        row.extend(row![null(), null(), runner, 0, lease, 0, NOW, NOW]);
        row
    };
    rows.push(bare(1120, "", null(), null()));
    rows.push(bare(1121, &"é".repeat(1200), null(), NOW));
    rows.push(bare(1122, "x", V::from(long()), null()));
    rows.push(row![
        V::Id(1123),
        "long",
        "x",
        V::Id(103),
        V::Id(1004),
        "failed",
        format!("[\"{}\"]", long()),
        i64::MAX,
        i64::MIN,
        long(),
        null(),
        null(),
        "",
        i64::MAX,
        null(),
        i64::MAX,
        NOW,
        NOW,
    ]);
    let columns = "id, workflow_name, workflow_id, project_id, template_id, status, inputs, total_steps, \
                   steps_completed, error_message, started_at, completed_at, runner_id, run_epoch, lease_expires_at, \
                   revision, created_at, updated_at";
    insert(kind, "workflow_runs", columns, rows)
}
