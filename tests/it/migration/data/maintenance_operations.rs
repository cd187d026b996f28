//! m..41: `down` loses what was run, found and done; projects and sessions stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000041_create_maintenance_operations", "maintenance_operations", rows);

const TYPES: [&str; 5] = ["scan_cleanup", "validate_structure", "update_documentation", "prepare_handover", "sweep"];
const SCOPES: [&str; 3] = ["current_session", "full_project", "specific_item"];
const LEVELS: [&str; 3] = ["basic", "comprehensive", "full_audit"];
const STATUSES: [&str; 4] = ["pending", "running", "completed", "failed"];
const YES: V = V::Raw("TRUE");
const NO: V = V::Raw("FALSE");

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let at = n as usize;
        let [dry, attempted] = [1, 2].map(|bit| if at & bit == 0 { YES } else { NO });
        let mut row = row![V::Id(2601 + n), V::Id(101), TYPES[at % 5], SCOPES[at % 3], LEVELS[at / 3 % 3]];
        row.extend(row![V::Id(301), V::Id(1501 + n), dry, STATUSES[at % 4], V::json(json), attempted]);
        row.extend(row![FIRST, LAST, V::json(json), ODD, LAST]);
        row.extend(row![["agent", "user", "system"][at % 3], V::Id(1), NOW, NOW]);
        rows.push(row);
    }
    // Of the whole board, with nothing but what it must have; then the longest of all, by and about nobody.
    let mut bare = row![V::Id(2620), null(), "sweep", "full_project", "basic", null(), null(), NO, "pending", null()];
    bare.extend(row![NO, null(), null(), null(), null(), null(), "system", null(), FIRST, LAST]);
    rows.push(bare);
    let json = format!("\"{}\"", long());
    let mut most = row![V::Id(2621), V::Id(103), "scan_cleanup", "specific_item", "full_audit", V::Id(0), null(), YES];
    most.extend(row!["failed", json.clone(), YES, NOW, NOW, json, long(), NOW, "agent", V::Id(0), NOW, NOW]);
    rows.push(most);
    let columns = "id, project_id, operation_type, scope, validation_level, target_id, session_id, dry_run, \
                   execution_status, results, auto_resolution_attempted, started_at, lease_expires_at, cursor, error, \
                   completed_at, actor_type, actor_id, created_at, updated_at";
    insert(kind, "maintenance_operations", columns, rows)
}
