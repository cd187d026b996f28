//! m..18: `down` loses every template.

use support::Kind;

use super::value::{JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000018_create_workflow_templates", "workflow_templates", rows);

fn rows(kind: Kind) -> Vec<String> {
    let sha256 = || "0f".repeat(32);
    let mut rows = vec![
        row![V::Id(1001), "research", 1, V::Null, "{}", sha256(), NOW],
        row![V::Id(1002), "research", 2, ODD, "{}", sha256(), LAST],
        row![V::Id(1003), ODD, i64::MAX, "", format!("\"{}\"", long()), "", NOW],
        row![V::Id(1004), long(), i64::MIN, long(), "[]", long(), NOW],
    ];
    for (n, json) in (0..).zip(JSON) {
        rows.push(row![V::Id(1010 + n), "json", i64::from(n), "", V::json(json), sha256(), NOW]);
    }
    let columns = "id, name, version, description, definition, content_sha256, created_at";
    insert(kind, "workflow_templates", columns, rows)
}
