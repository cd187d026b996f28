//! docs/ledger.md has a row for each kind of a ledger row that the service writes, and for no other.

use std::collections::BTreeSet;

use super::source::{Source, sources};
use support::plain;

plain! {
    fn every_kind_of_a_ledger_row_is_described() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/ledger.md");
        let text = std::fs::read_to_string(path).expect("read docs/ledger.md");
        let written = written(&sources(&["service/src"]));
        assert!(written.len() > 30, "the kinds are no longer found: {written:?}");
        assert_eq!(described(&text), written, "docs/ledger.md on the left, the service on the right");
    }

    fn a_kind_is_found_however_it_is_given() {
        let files = [
            Source::new("a.rs", "let e = Entry::new(\"created\").reason(None);\n// Entry::new(\"never\")\nlet kind = \"no\";"),
            Source::new("b.rs", "pub(crate) const COMMENT: &str = \"comment\";\nconst OTHER: &str = \"other\";"),
            Source::new("c.rs", "Entry::new(crate::item::COMMENT)"),
            Source::new("d.rs", "let kind = if done { \"closed\" } else { \"opened\" };\nEntry::new(kind)"),
            Source::new("e.rs", "fn kind(e: Event) -> &'static str {\n    match e {\n        Event::A => \"a\",\n    }\n}\n\
                fn name() { x => \"b\", }\nEntry::new(kind(e))"),
            Source::new("f.rs", "let entry = |kind| Entry::new(kind);\nentry(\"from_a_closure\")"),
        ];
        let expected = ["a", "closed", "comment", "created", "from_a_closure", "opened"];
        assert_eq!(written(&files), expected.map(str::to_owned).into());
        assert_eq!(described("`x`\n| kind | x |\n| `a`, `b` | `c` |"), ["a", "b"].map(str::to_owned).into());
    }
}

/// The words in code type of the table's first column.
fn described(text: &str) -> BTreeSet<String> {
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `")?.split(" | ").next());
    let words = rows.flat_map(|cell| cell.split(['`', ',', ' ']).filter(|word| !word.is_empty()));
    words.map(str::to_owned).collect()
}

/// The kinds that entries of the ledger are made with: as a text, a constant, a variable or the answer of a function.
fn written(sources: &[Source]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut constants = BTreeSet::new();
    let makes = |source: &&Source| source.code().any(|(_, line)| line.contains("Entry::new("));
    for source in sources.iter().filter(makes) {
        let mut in_kind = false;
        for (_, line) in source.code() {
            for call in ["Entry::new(", "entry("] {
                for given in line.split(call).skip(1) {
                    match given.strip_prefix('"') {
                        Some(text) => found.extend(text.split('"').next().map(str::to_owned)),
                        None => {
                            let name: String =
                                given.chars().take_while(|c| c.is_alphanumeric() || "_:".contains(*c)).collect();
                            constants.extend(name.rsplit("::").next().map(str::to_owned));
                        }
                    }
                }
            }
            in_kind = (in_kind || line.contains("fn kind(")) && line.trim_end() != "}" && line.trim_end() != "    }";
            if in_kind && line.contains("=> \"") || line.trim_start().starts_with("let kind = if") {
                found.extend(line.split('"').skip(1).step_by(2).map(str::to_owned));
            }
        }
    }
    for (_, line) in sources.iter().flat_map(Source::code) {
        let Some((name, value)) = line.split_once("const ").and_then(|(_, rest)| rest.split_once(": &str = \"")) else {
            continue;
        };
        if constants.contains(name) {
            found.extend(value.split('"').next().map(str::to_owned));
        }
    }
    found
}
