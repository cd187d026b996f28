//! m..30: `down` loses what was found; the operations keep their status.

use support::Kind;

use super::value::{JSON, LAST, NOW, V, insert, long, row};

super::table_check!("m20261121_000030_create_file_verifications", "file_verifications", rows);

const YES: V = V::Raw("TRUE");
const NO: V = V::Raw("FALSE");

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = Vec::new();
    for (n, json) in (0..).zip(JSON) {
        let at = n as usize;
        let [exists, content, size, regular] = [1, 2, 4, 8].map(|bit| if at & bit == 0 { YES } else { NO });
        let mut row = row![V::Id(1801 + n), V::Id(1701 + n % 2), exists, content, size, regular];
        row.extend(row![["verified", "partial", "failed"][at % 3], V::json(json)]);
        row.extend(row![["agent", "user", "system"][at % 3], V::Id(1), NOW]);
        rows.push(row);
    }
    for (n, errors) in [(1820, V::Null), (1821, format!("\"{}\"", long()).into())] {
        let mut row = row![V::Id(n), V::Id(1722), NO, V::Null, V::Null, V::Null, "failed", errors];
        row.extend(row!["system", V::Null, LAST]);
        rows.push(row);
    }
    let columns = "id, operation_id, file_exists, content_matches, size_matches, is_regular_file, status, errors, \
                   actor_type, actor_id, created_at";
    insert(kind, "file_verifications", columns, rows)
}
