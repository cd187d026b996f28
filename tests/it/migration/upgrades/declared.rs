//! What migrations do to rows that are older than they are, restated from what each says in its first lines.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use callboard_migration::runner::Direction;
use serde_json::Value;

/// Columns and rows of a table that a migration changes; all else has to stay as it is.
#[derive(Debug)]
pub struct Exempt {
    pub version: &'static str,
    /// The oldest version that holds what it changes.
    pub since: &'static str,
    /// A change on the way up stays on the way down.
    pub on: Direction,
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// The rows that it adds, as an SQL condition.
    pub added: Option<&'static str>,
}

/// Each of these has its own check below.
pub const EXEMPT: [Exempt; 3] = [
    Exempt {
        version: "m20261121_000014",
        since: "m20261121_000011",
        on: Direction::Down,
        table: "work_items",
        columns: &["unmet_prerequisites", "revision"],
        added: None,
    },
    Exempt {
        version: "m20261121_000014",
        since: "m20261121_000011",
        on: Direction::Down,
        table: "work_item_events",
        columns: &[],
        added: Some("kind = 'migrated'"),
    },
    Exempt {
        version: "m20261121_000025",
        since: "m20261121_000001",
        on: Direction::Up,
        table: "board_users",
        columns: &["name"],
        added: None,
    },
];

/// The tables that a migration fills from old rows.
pub const DERIVED: [Derived; 2] = [
    Derived {
        version: "m20261121_000013",
        since: "m20261121_000011",
        from: ("work_items", &["id", "requirement_key"]),
        table: "work_item_requirements",
        columns: &["work_item_id", "capability", "min_level"],
        expected: requirements,
    },
    Derived {
        version: "m20261121_000015",
        since: "m20261121_000010",
        from: ("agent_profiles", &["id", "capabilities"]),
        table: "agent_capabilities",
        columns: &["agent_id", "capability", "level"],
        expected: capabilities,
    },
];

/// Rows that are made of old ones.
#[derive(Debug)]
pub struct Derived {
    pub version: &'static str,
    pub since: &'static str,
    pub from: (&'static str, &'static [&'static str]),
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// What `columns` hold, sorted, given what `from` held.
    pub expected: fn(&[Vec<String>]) -> Vec<Vec<String>>,
}

/// Whether what a version changes was there already, at a version before it.
pub fn is_between(from: &str, since: &str, version: &str) -> bool {
    from >= since && from < version
}

/// What is exempt on the way up from a version, or up from it and back.
pub fn exempt(from: &str, way: Direction) -> Vec<&'static Exempt> {
    let applies = |e: &&Exempt| is_between(from, e.since, e.version);
    EXEMPT.iter().filter(|e| applies(e) && (e.on == Direction::Up || way == Direction::Down)).collect()
}

/// m..25: of those who share a name the oldest keeps it, the others get a free number after it. Rows are id and name,
/// the oldest first; gives how many were renamed.
pub fn names(before: &[Vec<String>], after: &[Vec<String>]) -> usize {
    assert_eq!(before.len(), after.len());
    let mut owned = HashSet::new();
    let mut renamed = 0;
    for (before, after) in before.iter().zip(after) {
        let [[id, was], [same, is]] = [before, after].map(|row| [&row[0], &row[1]]);
        assert_eq!(id, same);
        if owned.insert(was) {
            assert_eq!(was, is, "{id} is the oldest of that name");
            continue;
        }
        let (stem, number) = is.strip_suffix(')').and_then(|is| is.rsplit_once(" (")).expect("a number at the end");
        assert!(number.parse::<u64>().is_ok_and(|n| n >= 2), "{is}");
        // A name that would pass 500 characters is cut.
        assert!(stem == was || was.starts_with(stem) && is.chars().count() == 500, "{is}");
        renamed += 1;
    }
    let names: HashSet<&String> = after.iter().map(|row| &row[1]).collect();
    assert_eq!(names.len(), after.len(), "two share a name");
    renamed
}

/// m..14, down: counters go to 0, each with a ledger row at the next revision. Items are id, revision and counter,
/// events are item and revision; gives how many were cleared.
pub fn counters(before: &[Vec<String>], after: &[Vec<String>], events: &[Vec<String>]) -> usize {
    assert_eq!(before.len(), after.len());
    let number = |text: &String| text.parse::<i64>().expect("a number");
    let mut expected = BTreeSet::new();
    for (before, after) in before.iter().zip(after) {
        let cleared = number(&before[2]) != 0;
        assert_eq!((&after[0], number(&after[2])), (&before[0], 0));
        assert_eq!(number(&after[1]), number(&before[1]) + i64::from(cleared), "{}", before[0]);
        if cleared {
            expected.insert(vec![after[0].clone(), after[1].clone()]);
        }
    }
    assert_eq!(events.iter().cloned().collect::<BTreeSet<_>>(), expected);
    assert_eq!(events.len(), expected.len());
    events.len()
}

/// m..13: a row for each part of each key. Items are id and key; gives item, capability and level.
fn requirements(items: &[Vec<String>]) -> Vec<Vec<String>> {
    let mut out = Vec::new();
    for item in items {
        for (capability, level) in item[1].split(',').filter_map(|part| part.split_once(':')) {
            out.push([&item[0], capability, level].map(str::to_owned).to_vec());
        }
    }
    out.sort();
    out
}

/// m..15: what profiles declare is granted. Profiles are id and JSON; gives agent, capability and level.
fn capabilities(profiles: &[Vec<String>]) -> Vec<Vec<String>> {
    let known: Vec<(Value, _)> = GRANTED.iter().map(|(json, granted)| (parse(json), *granted)).collect();
    let mut seen: BTreeMap<usize, usize> = BTreeMap::new();
    let mut out = Vec::new();
    for profile in profiles {
        let declared = parse(&profile[1]);
        let granted = match known.iter().position(|(json, _)| *json == declared) {
            Some(at) => {
                *seen.entry(at).or_default() += 1;
                known[at].1
            }
            None if declared.get("long").is_some() => &[("long", "basic")],
            None if declared.get("n").is_some() => &[("list", "basic"), ("n", "basic")],
            None => panic!("what does this grant? {declared}"),
        };
        out.extend(granted.iter().map(|(name, level)| [&profile[0], *name, *level].map(str::to_owned).to_vec()));
    }
    assert_eq!(seen.len(), known.len(), "some JSON was never declared");
    out.sort();
    out
}

/// The JSON of the fixtures, and what each grants as a declaration.
const GRANTED: [(&str, &[(&str, &str)]); 15] = [
    ("null", &[]),
    ("true", &[]),
    ("0", &[]),
    ("-0.5e-3", &[]),
    ("\"\"", &[]),
    ("\"text\"", &[("text", "basic")]),
    ("[]", &[]),
    ("{}", &[]),
    ("[[[[[[[[]]]]]]]]", &[]),
    (
        "{\"\": null, \"a b\": {\"c\": [[], {}]}, \"é漢🦀\": \"\\u00e9\\n\\\"\\\\\"}",
        &[("a-b", "basic"), ("é漢🦀", "basic")],
    ),
    ("[12345678901234567890123, 0.1, 1e100, -9223372036854775808, \"\\ud83e\\udd80\"]", &[("🦀", "basic")]),
    ("[{\"text\": \"it's done\", \"done\": false}, {\"text\": \"100 %\", \"done\": true}]", &[]),
    (
        "[\"Rust\", \"rust \", \"  SQL  Server \", \"c,d\", \"\", 7]",
        &[("c-d", "basic"), ("rust", "basic"), ("sql-server", "basic")],
    ),
    (
        "{\"Rust\": \"expert\", \"sql\": null, \"no\": false, \"k:v\": \"proficient\"}",
        &[("k-v", "proficient"), ("rust", "expert"), ("sql", "basic")],
    ),
    (
        "[{\"capability\": \"Rust\", \"level\": \"expert\"}, {\"name\": \"Rust\", \"level\": \"basic\"}, {\"level\": \"basic\"}]",
        &[("rust", "expert")],
    ),
];

fn parse(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|e| panic!("{text}: {e}"))
}
