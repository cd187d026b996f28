//! m..37: `down` loses every review; items, assignments and sessions stay.

use support::Kind;

use super::value::{FIRST, JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000037_create_reviews", "reviews", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for n in 0..JSON.len() as u32 {
        // The same item again and again, as it is rejected and done anew.
        let (verdict, reviewer) = (["accepted", "rejected"][n as usize % 2], ["agent", "user"][n as usize / 2 % 2]);
        let who = V::Id(if reviewer == "agent" { 402 } else { 2 });
        let reason = if n % 3 == 0 { V::Null } else { ODD.into() };
        rows.push(row![V::Id(2301 + n), V::Id(301), V::Id(601), V::Id(1501 + n), verdict, reviewer, who, reason, NOW]);
    }
    // Of somebody who is nobody, without anything; and the longest reason.
    rows.push(row![V::Id(2320), V::Id(310), V::Null, V::Null, "rejected", "user", V::Id(0), "", FIRST]);
    rows.push(row![V::Id(2321), V::Id(313), V::Null, V::Null, "accepted", "agent", V::Id(420), long(), LAST]);
    let columns =
        "id, work_item_id, assignment_id, session_id, verdict, reviewer_type, reviewer_id, reason, created_at";
    insert(kind, "reviews", columns, rows)
}
