//! m..01: `down` loses every user.

use support::Kind;

use super::value::{FIRST, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000001_create_board_users", "board_users", rows);

fn rows(kind: Kind) -> Vec<String> {
    let rows = vec![
        row![V::Id(1), "plain", V::Null, NOW, NOW],
        row![V::Id(2), "", V::Null, FIRST, LAST],
        row![V::Id(3), ODD, ODD, NOW, NOW],
        row![V::Id(4), long(), long(), NOW, NOW],
        row![V::Id(5), "empty email", "", NOW, NOW],
    ];
    let mut rows = insert(kind, "board_users", "id, name, email, created_at, updated_at", rows);
    rows.extend(super::user_names::clashing(kind));
    rows
}
