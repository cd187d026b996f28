//! m..35: `up` fills the index from all rows that can be found; `down` drops it, and nothing else changes.

use callboard_search::search_text;
use support::Kind;

use super::value::{ODD, V, insert, row};
use super::{Check, Dump};

const TABLE: &str = "board_search";

pub(super) const CHECK: Check = Check {
    version: "m20261121_000035_create_board_search",
    rows,
    up: |_, before, after| {
        assert_eq!(&after.clone().without(TABLE), before);
        is_made_of(after);
    },
    down: |_, full, down| {
        let found: usize = types(full).iter().map(|(_, rows)| rows).sum();
        assert_eq!(full.count(TABLE), found + 1, "the odd one comes on top");
        assert_eq!(down, &full.clone().without(TABLE));
    },
    // What others wrote into it is gone: it is made of the rows again.
    again: |_, full, again| {
        assert_eq!(again.clone().without(TABLE), full.clone().without(TABLE));
        is_made_of(again);
    },
};

/// One of nothing that is there, as no service leaves it.
fn rows(kind: Kind) -> Vec<String> {
    let (columns, last) = match kind {
        Kind::Sqlite => ("scope", "note e00"),
        Kind::Postgres => ("search_vector", "odd:1"),
    };
    let columns = format!("entity_type, entity_id, project_id, search_text, {columns}");
    insert(kind, TABLE, &columns, vec![row!["note", V::Id(9901), V::Null, "odd", last]])
}

fn count(dump: &Dump, table: &str, column: &str, value: &str) -> usize {
    dump.column(table, column).iter().filter(|found| **found == format!("'{value}'")).count()
}

/// Each type of document, and how many rows can be found as one.
fn types(dump: &Dump) -> [(&'static str, usize); 5] {
    [
        ("item", dump.count("work_items")),
        ("decision", dump.count("board_decisions")),
        ("comment", count(dump, "work_item_events", "kind", "comment")),
        ("note", count(dump, "session_events", "kind", "note")),
        ("checkpoint", dump.count("checkpoints")),
    ]
}

/// As many of each type as there are rows, and the words of some.
fn is_made_of(dump: &Dump) {
    for (entity_type, expected) in types(dump) {
        assert!(expected > 0, "{entity_type}");
        assert_eq!(count(dump, TABLE, "entity_type", entity_type), expected, "{entity_type}");
    }
    let words = dump.column(TABLE, "search_text");
    for text in [ODD, "Crème brûlée: a note", "Crème brûlée: a comment"] {
        let expected = format!("'{}'", search_text(text));
        assert!(words.contains(&expected.as_str()), "{expected}: {words:?}");
    }
    // A text of 64 KiB without a blank is one word, which is cut.
    assert!(words.iter().all(|found| found.len() <= 64 * 1024 + 2));
}
