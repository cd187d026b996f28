//! m..39: `down` loses every work stream; projects and items stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000039_create_work_streams", "work_streams", rows);

const TYPES: [&str; 5] = ["documentation", "testing", "implementation", "research", "custom"];

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let at = n as usize;
        let mut row = row![V::Id(2501 + n), V::Id(101), format!("{ODD}{n}"), ODD, TYPES[at % 5]];
        row.extend(row![["open", "closed"][at % 2], V::json(json), FIRST, NOW]);
        rows.push(row);
    }
    // A slug is unique in its project only, letter by letter.
    for (n, project, slug) in [(2520, 102, ""), (2521, 103, ""), (2522, 102, "Docs"), (2523, 102, "docs")] {
        rows.push(row![V::Id(n), V::Id(project), slug, "", "custom", "open", V::Null, NOW, NOW]);
    }
    let json = format!("[\"{}\"]", long());
    rows.push(row![V::Id(2524), V::Id(103), long(), long(), "research", "closed", json, NOW, LAST]);
    let columns = "id, project_id, slug, name, stream_type, status, guidance, created_at, updated_at";
    insert(kind, "work_streams", columns, rows)
}
