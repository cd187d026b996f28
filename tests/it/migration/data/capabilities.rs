//! m..15: granted capabilities come from every shape of declared ones; `down` loses only level and verified_at.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use support::Kind;

use super::agent_profiles::DECLARED;
use super::value::{NOW, V};
use super::{Check, Dump};

pub(super) const CHECK: Check = Check { version: "m20261121_000015_create_agent_capabilities", rows, up, down, again };

const TABLE: &str = "agent_capabilities";

/// What each profile grants: name and level.
fn expected() -> BTreeMap<String, Vec<(String, &'static str)>> {
    let long = "é".repeat(64);
    let granted: [(&str, &[(&str, &'static str)]); 11] = [
        (
            "names",
            &[
                ("a-b", "basic"),
                ("c-d", "basic"),
                ("e-f-g-h", "basic"),
                ("new-line", "basic"),
                ("rust", "basic"),
                ("sql-server", "basic"),
                ("é", "basic"),
            ],
        ),
        ("objects", &[("rust", "expert"), ("sql", "proficient"), ("x", "basic"), ("y", "basic"), ("z", "basic")]),
        ("map", &[("go-lang", "basic"), ("k-v", "proficient"), ("rust", "expert"), ("sql", "basic"), ("yes", "basic")]),
        ("text", &[("only-one", "basic")]),
        ("mixed", &[("a", "basic"), ("b", "basic")]),
        ("levels", &[("up", "expert")]),
        ("unicode", &[("i\u{307}", "basic"), ("straße", "basic"), ("漢字", "basic"), ("🦀", "basic")]),
        ("rtl", &[("\u{202e}rtl", "basic")]),
        ("upper-level", &[("rust", "basic")]),
        ("long", &[(&long, "expert")]),
        ("null", &[]),
    ];
    let list = |names: &[(&str, &'static str)]| names.iter().map(|(n, l)| ((*n).to_owned(), *l)).collect();
    granted
        .into_iter()
        .filter(|(_, names)| !names.is_empty())
        .map(|(slug, names)| (slug.to_owned(), list(names)))
        .collect()
}

fn slugs(dump: &Dump) -> BTreeMap<&str, String> {
    let slugs = dump.column("agent_profiles", "slug").into_iter().map(|s| s.trim_matches('\'').to_owned());
    dump.column("agent_profiles", "id").into_iter().zip(slugs).collect()
}

fn granted(dump: &Dump) -> BTreeMap<String, Vec<(String, String)>> {
    let slugs = slugs(dump);
    let mut out: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    let columns = dump.column(TABLE, "agent_id").into_iter().zip(dump.column(TABLE, "capability"));
    for ((agent, capability), level) in columns.zip(dump.column(TABLE, "level")) {
        let plain = |text: &str| text.trim_matches('\'').to_owned();
        out.entry(slugs[agent].clone()).or_default().push((plain(capability), plain(level)));
    }
    out.values_mut().for_each(|v| v.sort());
    out
}

fn owned(map: BTreeMap<String, Vec<(String, &'static str)>>) -> BTreeMap<String, Vec<(String, String)>> {
    let list = |names: Vec<(String, &str)>| {
        let mut names: Vec<_> = names.into_iter().map(|(n, l)| (n, l.to_owned())).collect();
        names.sort();
        names
    };
    map.into_iter().map(|(slug, names)| (slug, list(names))).collect()
}

/// Grants that the profiles do not declare, one to a profile of each shape, and levels raised by hand.
const GRANTS: [(u32, &str, &str); 7] = [
    (401, "zig", "expert"),
    (403, "zig", "proficient"),
    (404, "zig", "basic"),
    (405, "zig", "expert"),
    (406, "zig", "expert"),
    (421, "zig", "expert"),
    (401, "rust", "expert"),
];

fn rows(kind: Kind) -> Vec<String> {
    let grant = |(agent, name, level): (u32, &str, &str)| {
        format!(
            "INSERT INTO agent_capabilities (agent_id, capability, level, verified_at, created_at) \
             VALUES ({}, '{name}', '{level}', {now}, {now}) ON CONFLICT (agent_id, capability) \
             DO UPDATE SET level = excluded.level, verified_at = excluded.verified_at, created_at = excluded.created_at",
            V::Id(agent).sql(kind),
            now = NOW.sql(kind)
        )
    };
    GRANTS.into_iter().map(grant).collect()
}

fn up(_: Kind, before: &Dump, after: &Dump) {
    assert_eq!(&after.clone().without(TABLE), before, "the declared ones stay as they are");
    assert_eq!(granted(after), owned(expected()));
    assert!(after.column(TABLE, "verified_at").iter().all(|v| *v == "NULL"));
}

/// The names that a profile does not declare are added to its JSON, in its shape; all else stays.
fn down(_: Kind, full: &Dump, down: &Dump) {
    let declared = |c: &str| c == "capabilities";
    let rest = full.clone().without(TABLE).without_columns("agent_profiles", declared);
    assert_eq!(down.clone().without_columns("agent_profiles", declared), rest);
    let slugs = slugs(down);
    let mut seen = 0;
    for (id, found) in
        down.column("agent_profiles", "id").into_iter().zip(down.column("agent_profiles", "capabilities"))
    {
        let slug = &slugs[id];
        let Some(before) = DECLARED.iter().find(|(s, _)| s == slug).map(|(_, json)| parse(json)) else {
            if slug == "nothing" {
                assert_eq!(parse(found.trim_matches('\'')), json!(["zig"]));
                seen += 1;
            }
            continue;
        };
        let expected = match (slug.as_str(), before.clone()) {
            ("names", Value::Array(mut names)) => {
                names.push(json!("zig"));
                Value::Array(names)
            }
            ("map", Value::Object(mut map)) => {
                map.insert("zig".to_owned(), json!("basic"));
                Value::Object(map)
            }
            ("text" | "number", value) => json!([value, "zig"]),
            ("null", _) => json!(["zig"]),
            _ => before,
        };
        // SQLite's quote() doubles quotes and shows text as it is; PostgreSQL's quote_literal marks backslashes.
        let text =
            found.strip_prefix(" E").or(found.strip_prefix('E')).map_or(found.to_owned(), |t| t.replace("\\\\", "\\"));
        assert_eq!(parse(text.trim_matches('\'')), expected, "{slug}");
        seen += 1;
    }
    assert_eq!(seen, DECLARED.len() + 1);
}

/// Every name is granted again; the levels and the verification are lost where only the grant had them.
fn again(_: Kind, _: &Dump, again: &Dump) {
    let mut expected = owned(expected());
    for slug in ["names", "map", "text", "null", "number", "nothing"] {
        let names = expected.entry(slug.to_owned()).or_default();
        names.push(("zig".to_owned(), "basic".to_owned()));
        names.sort();
    }
    assert_eq!(granted(again), expected);
    assert!(again.column(TABLE, "verified_at").iter().all(|v| *v == "NULL"));
}

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}
