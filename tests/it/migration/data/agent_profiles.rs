//! m..10: `down` loses every profile; an item assigned to one keeps its id.

use support::Kind;

use super::value::{JSON, NOW, ODD, V, insert, long, row};

super::table_check!("m20261121_000010_create_agent_profiles", "agent_profiles", rows);

const MODES: [&str; 6] = ["implementation", "planning", "review", "coordination", "analysis", "enablement"];

/// The shapes of declared capabilities: slug and JSON. What each grants stands in capabilities.rs.
pub(super) const DECLARED: [(&str, &str); 14] = [
    (
        "names",
        r#"["Rust", "rust ", "  SQL  Server ", "a:b", "c,d", "e:f,g\th", "RUST", "", " ", ":,", "É", "new\nline"]"#,
    ),
    (
        "objects",
        r#"[{"capability": "Rust", "level": "expert"}, {"name": "sql", "level": "basic"}, {"name": "SQL", "level":
            "proficient"}, {"capability": "x", "level": "wizard"}, {"capability": null, "name": "y"}, {"level": "expert"},
            {"capability": 7}, {"name": "z", "level": 3}]"#,
    ),
    ("map", r#"{"Rust": "expert", "sql": null, "Go Lang": "basic", "no": false, "yes": true, "k:v": "proficient"}"#),
    ("text", r#""Only One""#),
    ("null", "null"),
    ("number", "12345678901234567890123"),
    ("bool", "true"),
    ("mixed", r#"["a", 1, null, true, ["nested"], {"name": "b"}, {"other": "c"}]"#),
    ("empty-array", "[]"),
    ("empty-map", "{}"),
    (
        "levels",
        r#"[{"name": "up", "level": "basic"}, "up", {"name": "Up", "level": "expert"}, {"name": "up", "level": "basic"}]"#,
    ),
    ("unicode", r#"["漢字", "🦀", "Straße", "İ"]"#),
    ("rtl", "[\"\u{202e}rtl\"]"),
    ("upper-level", r#"[{"name": "rust", "level": "EXPERT"}]"#),
];

fn rows(kind: Kind) -> Vec<String> {
    let null = || V::Null;
    let mut rows = Vec::new();
    for (n, (slug, json)) in (0..).zip(DECLARED) {
        let mode = MODES[n as usize % MODES.len()];
        let status = ["active", "inactive", "archived"][n as usize % 3];
        let other = V::json(JSON[n as usize % JSON.len()]);
        rows.push(row![
            V::Id(401 + n),
            ODD,
            slug,
            ODD,
            mode,
            ODD,
            V::json(json),
            other.clone(),
            other.clone(),
            other,
            status,
            i64::from(n),
            NOW,
            NOW,
        ]);
    }
    // Two names that are the same in their first 64 characters.
    let twins = format!("[\"{0}a\", {{\"name\": \"{0}b\", \"level\": \"expert\"}}]", "é".repeat(64));
    rows.push(row![
        V::Id(420),
        long(),
        "long",
        long(),
        "review",
        long(),
        twins,
        null(),
        null(),
        null(),
        "active",
        null(),
        NOW,
        NOW,
    ]);
    rows.push(row![
        V::Id(421),
        "",
        "nothing",
        "",
        "review",
        null(),
        null(),
        null(),
        null(),
        null(),
        "active",
        i64::MIN,
        NOW,
        NOW,
    ]);
    rows.push(row![
        V::Id(422),
        "",
        "no-capabilities",
        "",
        "review",
        null(),
        null(),
        null(),
        null(),
        null(),
        "active",
        0,
        NOW,
        NOW,
    ]);
    let columns = "id, name, slug, type, mode, description, capabilities, constraints, tools, metadata, status, \
                   max_open_assignments, created_at, updated_at";
    insert(kind, "agent_profiles", columns, rows)
}
