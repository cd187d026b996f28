//! m..42: `down` loses every measurement; projects stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000042_create_project_health_metrics", "project_health_metrics", rows);

/// Numbers that a text, or a number of half the bits, would not give back.
const VALUES: [V; 9] = [
    V::Raw("0.0"),
    V::Raw("0.1"),
    V::Raw("-0.5e-3"),
    V::Raw("1e300"),
    V::Raw("-1e300"),
    V::Raw("0.30000000000000004"),
    V::Raw("9007199254740993.0"),
    V::Raw("2.2250738585072014e-308"),
    V::Raw("1234567.8901234567"),
];

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for ((n, json), value) in (0..).zip(JSON).zip(VALUES) {
        let passing = V::Raw(["TRUE", "FALSE"][n as usize % 2]);
        // One kind again and again, also twice at one time.
        let mut row = row![V::Id(2701 + n), V::Id(101), ODD, value.clone(), value, passing, V::json(json)];
        row.extend(row![if n < 3 { FIRST } else { LAST }, NOW]);
        rows.push(row);
    }
    let bare = |n, project, metric: String| {
        row![V::Id(n), V::Id(project), metric, V::Raw("1.5"), V::Null, V::Raw("TRUE"), V::Null, NOW, NOW]
    };
    rows.extend([bare(2720, 102, String::new()), bare(2721, 103, long())]);
    let json = format!("{{\"é\": \"{}\"}}", long());
    rows.push(row![V::Id(2722), V::Id(103), "x", V::Raw("0.0"), V::Raw("-1.0"), V::Raw("FALSE"), json, NOW, NOW]);
    let columns = "id, project_id, metric_type, value, threshold, is_passing, details, measured_at, created_at";
    insert(kind, "project_health_metrics", columns, rows)
}
