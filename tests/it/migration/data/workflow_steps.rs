//! m..20: `down` loses every step; the items that steps made stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000020_create_workflow_steps", "workflow_steps", rows);

const STATUSES: [&str; 7] = ["pending", "running", "waiting", "completed", "failed", "skipped", "cancelled"];

/// Numbers that a text with too few digits, a 32-bit float or an integer would change.
const SECONDS: [&str; 9] = [
    "0",
    "3",
    "0.1",
    "0.30000000000000004",
    "86400.123457",
    "1e-9",
    "9007199254740993",
    "1.7976931348623157e308",
    "-0.5",
];

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        rows.push(row![
            V::Id(1201 + n),
            V::Id(1101),
            i64::from(n),
            // The same step again and again, as in a loop.
            "again",
            i64::from(n),
            ODD,
            V::Id(401 + n),
            V::Id(301 + n % 3),
            STATUSES[n as usize % STATUSES.len()],
            i64::from(n),
            100,
            V::json(json),
            ODD,
            ODD,
            V::json(json),
            V::Raw(SECONDS[n as usize]),
            V::json(json),
            ODD,
            FIRST,
            LAST,
            NOW,
            NOW,
            NOW,
            NOW,
        ]);
    }
    let bare = |n, run, number: i64, name: &str, status: &str| {
        let mut row = row![V::Id(n), V::Id(run), number, name, 1, "", null(), null(), status, 0, 1];
        row.extend((0..11).map(|_| null()));
        row.extend(row![NOW, NOW]);
        row
    };
    rows.push(bare(1220, 1102, i64::MAX, "", "waiting"));
    rows.push(bare(1221, 1102, i64::MIN, ODD, "waiting"));
    rows.push(bare(1222, 1103, 0, "question", "completed"));
    rows.push(row![
        V::Id(1223),
        V::Id(1123),
        1,
        "long",
        i64::MAX,
        long(),
        V::Id(420),
        V::Id(313),
        "failed",
        i64::MAX,
        i64::MIN,
        format!("\"{}\"", long()),
        long(),
        long(),
        format!("[\"{}\"]", long()),
        null(),
        format!("{{\"e\": \"{}\"}}", long()),
        long(),
        null(),
        null(),
        null(),
        LAST,
        NOW,
        NOW,
    ]);
    let columns = "id, workflow_run_id, step_number, name, occurrence, agent_name, agent_id, work_item_id, status, \
                   attempt, max_attempts, spec, input_summary, output_summary, output, execution_time_seconds, \
                   error_context, stack_trace, started_at, completed_at, next_attempt_at, deadline_at, created_at, \
                   updated_at";
    insert(kind, "workflow_steps", columns, rows)
}
