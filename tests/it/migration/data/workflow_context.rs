//! m..23: `down` loses what the agents of runs left for each other.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000023_create_workflow_context", "workflow_context", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let until = [V::Null, FIRST, LAST][n as usize % 3].clone();
        // Agents of one run that use the same key, and one agent with the same key in two runs.
        rows.push(row![V::Id(1101), format!("agent {n}"), "last_result", V::json(json), until.clone(), NOW, NOW]);
        rows.push(row![V::Id(1102), "agent 1", format!("key {n}"), V::json(json), until, NOW, NOW]);
    }
    rows.push(row![V::Id(1103), "", "", "null", V::Null, NOW, NOW]);
    rows.push(row![V::Id(1103), ODD, ODD, "[]", NOW, NOW, LAST]);
    rows.push(row![V::Id(1123), "a", "long", format!("\"{}\"", long()), V::Null, NOW, NOW]);
    let columns = "workflow_run_id, agent_key, context_key, value, expires_at, created_at, updated_at";
    insert(kind, "workflow_context", columns, rows)
}
