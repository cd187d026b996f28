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
        assert!(full.count(TABLE) > 1, "more than the odd one");
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

/// As many of each type as there are rows, and the words of some.
fn is_made_of(dump: &Dump) {
    let count = |table: &str, column: &str, value: &str| {
        dump.column(table, column).iter().filter(|found| **found == format!("'{value}'")).count()
    };
    let types = [
        ("item", dump.count("work_items")),
        ("decision", dump.count("board_decisions")),
        ("comment", count("work_item_events", "kind", "comment")),
        ("note", count("session_events", "kind", "note")),
        ("checkpoint", dump.count("checkpoints")),
    ];
    for (entity_type, expected) in types {
        assert!(expected > 0, "{entity_type}");
        assert_eq!(count(TABLE, "entity_type", entity_type), expected, "{entity_type}");
    }
    let words = dump.column(TABLE, "search_text");
    for text in [ODD, "Crème brûlée: a note", "Crème brûlée: a comment"] {
        let expected = format!("'{}'", search_text(text));
        assert!(words.contains(&expected.as_str()), "{expected}: {words:?}");
    }
    // A text of 64 KiB without a blank is one word, which is cut.
    assert!(words.iter().all(|found| found.len() <= 64 * 1024 + 2));
}
