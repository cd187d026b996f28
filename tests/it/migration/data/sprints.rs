//! m..03: `down` loses every sprint.

use support::Kind;

use super::value::{JSON, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000003_create_sprints", "sprints", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, status) in (0..).zip(["planning", "active", "completed", "on_hold"]) {
        let code = format!("SPRINT-{n}");
        let json = V::json(JSON[n as usize * 2]);
        rows.push(row![V::Id(201 + n), V::Id(101), code, "T", ODD, status, "2026-02-28", "2028-02-29", json, NOW, NOW]);
    }
    let null = || V::Null;
    rows.push(row![V::Id(205), V::Id(102), "SPRINT-0", long(), null(), "active", null(), null(), null(), NOW, NOW]);
    rows.push(row![V::Id(206), V::Id(101), ODD, ODD, long(), "active", "0001-01-01", "9999-12-31", null(), NOW, NOW]);
    let columns = "id, project_id, code, title, goal, status, starts_on, ends_on, metadata, created_at, updated_at";
    insert(kind, "sprints", columns, rows)
}
