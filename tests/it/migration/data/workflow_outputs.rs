//! m..22: `down` loses every output of a run; what its steps gave stays.

use support::Kind;

use super::value::{JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000022_create_workflow_outputs", "workflow_outputs", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let output_type = ["json", "text", "citation_list"][n as usize % 3];
        let key = format!("key {n}");
        // Text to the letter, though it is JSON: not what a JSON column would make of it.
        rows.push(row![
            V::Id(1301 + n),
            V::Id(1101 + n % 2),
            V::Id(1201 + n),
            key,
            format!(" {json} "),
            output_type,
            NOW
        ]);
    }
    rows.push(row![V::Id(1320), V::Id(1103), V::Null, "", "", "text", LAST]);
    rows.push(row![V::Id(1321), V::Id(1103), V::Null, ODD, ODD, "json", NOW]);
    rows.push(row![V::Id(1322), V::Id(1123), V::Id(1223), "long", long().repeat(16), "text", NOW]);
    let columns = "id, workflow_run_id, step_id, output_key, output_value, output_type, created_at";
    insert(kind, "workflow_outputs", columns, rows)
}
