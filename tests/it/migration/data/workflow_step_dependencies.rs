//! m..21: `down` loses the dependencies, and no step.

use support::Kind;

use super::value::{LAST, NOW, V, insert, row};

super::table_check!("m20261121_000021_create_workflow_step_dependencies", "workflow_step_dependencies", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    // A diamond, one that depends on many, two of different runs, a cycle and itself: the schema refuses none of them.
    let edges = [(1202, 1201), (1203, 1201), (1204, 1202), (1204, 1203), (1220, 1201), (1205, 1206), (1206, 1205)];
    for (step, on) in edges.into_iter().chain((1201..=1209).map(|on| (1223, on))) {
        rows.push(row![V::Id(step), V::Id(on), NOW]);
    }
    rows.push(row![V::Id(1222), V::Id(1222), LAST]);
    insert(kind, "workflow_step_dependencies", "step_id, depends_on_id, created_at", rows)
}
