//! m..07: `down` loses the answers that are kept for repeated requests.

use support::Kind;

use super::value::{JSON, LAST, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000007_create_idempotency_keys", "idempotency_keys", rows);

fn rows(kind: Kind) -> Vec<String> {
    let mut rows = vec![
        row!["", "", "", "", "{}", NOW, NOW],
        row![ODD, ODD, ODD, "a".repeat(64), "{}", LAST, NOW],
        row![long(), "claim", "k", "", "{}", NOW, NOW],
    ];
    for (n, json) in (0..).zip(JSON) {
        rows.push(row!["agent:a", "claim", format!("key {n}"), "hash", V::json(json), NOW, NOW]);
    }
    insert(kind, "idempotency_keys", "actor, verb, key, request_sha256, result, expires_at, created_at", rows)
}
