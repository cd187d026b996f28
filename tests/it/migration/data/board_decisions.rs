//! m..31: `down` loses every decision; the next number of each project stays.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000031_create_board_decisions", "board_decisions", rows);

const CATEGORIES: [&str; 8] =
    ["architecture", "implementation", "design", "technology", "process", "quality", "security", "performance"];
const STATUSES: [&str; 5] = ["proposed", "accepted", "superseded", "rejected", "reversed"];
const PROGRESS: [&str; 4] = ["planned", "in_progress", "completed", "failed"];

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let at = n as usize;
        let mut row =
            row![V::Id(1901 + n), V::Id(101), i64::from(n), V::Id(301 + n % 8), V::Id(1501 + n), V::Id(401 + n)];
        row.extend(row![ODD, CATEGORIES[at % 8], ["high", "medium", "low"][at % 3], STATUSES[at % 5]]);
        row.extend([ODD; 5].map(V::from));
        row.extend([json; 7].map(V::json));
        row.extend(row![PROGRESS[at % 4], ODD, ODD, LAST]);
        row.extend(row![["agent", "user", "system"][at % 3], V::Id(1), FIRST, NOW]);
        rows.push(row);
    }
    // Nothing but what it must have; then the longest of all.
    let bare = |n, number: i64| {
        let mut row = row![V::Id(n), V::Id(102), number, V::Null, V::Null, V::Null, "", "quality", "low", "proposed"];
        row.extend(row![V::Null, V::Null, "", "", V::Null]);
        row.extend((0..7).map(|_| V::Null));
        row.extend(row!["planned", V::Null, V::Null, V::Null, "system", V::Null, NOW, NOW]);
        row
    };
    rows.extend([bare(1920, i64::MAX), bare(1921, i64::MIN)]);
    let mut most = row![V::Id(1922), V::Id(103), 1, V::Id(313), V::Null, V::Id(420)];
    most.extend(row![long(), "security", "high", "accepted", long(), long(), long(), long(), long()]);
    most.extend((0..7).map(|_| V::from(format!("[\"{}\"]", long()))));
    most.extend(row!["completed", long(), long(), FIRST, "agent", V::Id(420), NOW, LAST]);
    rows.push(most);
    let columns = "id, project_id, number, work_item_id, session_id, agent_id, title, category, impact, status, problem, \
                   context, decision, rationale, implementation_approach, alternatives, trade_offs, risks, mitigations, \
                   success_criteria, affected_files, affected_components, implementation_status, outcome, lessons, \
                   review_at, actor_type, actor_id, created_at, updated_at";
    insert(kind, "board_decisions", columns, rows)
}
