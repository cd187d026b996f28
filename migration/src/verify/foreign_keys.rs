//! References with a foreign key: each has its row.
//!
//! One anti-join for each key that the version should have, on both databases, whatever the database itself enforces: a
//! key may have been dropped, not validated (`NOT VALID`) or switched off while rows were written.

use std::collections::BTreeSet;

use super::report::{Check, Found};
use super::rule::{Asked, Rule, ask};
use super::subject::Subject;
use crate::error::Error;
use crate::runner::catalogue::{literal, quoted};

/// A foreign key, read from the description of its table.
#[derive(Clone, Debug, Eq, Ord, PartialEq, PartialOrd)]
struct Key {
    columns: Vec<String>,
    parent: String,
    referenced: Vec<String>,
}

pub(super) async fn check(subject: &Subject<'_>) -> Result<Found, Error> {
    let rules = subject.expected.iter().flat_map(|(table, lines)| {
        let keys: BTreeSet<Key> = lines.iter().filter_map(|line| read(line)).collect();
        keys.into_iter().map(|key| rule(subject, table, &key))
    });
    ask(subject, Check::ForeignKeys, rules.collect()).await
}

fn rule(subject: &Subject<'_>, table: &str, key: &Key) -> Rule {
    let child = |column: &String| format!("c.{}", quoted(column));
    let every = |parts: Vec<String>, between: &str| parts.join(between);
    let set = every(key.columns.iter().map(|c| format!("{} IS NOT NULL", child(c))).collect(), " AND ");
    let pairs = key.columns.iter().zip(&key.referenced);
    let equal = every(pairs.map(|(c, p)| format!("p.{} = {}", quoted(p), child(c))).collect(), " AND ");
    let value = every(key.columns.iter().map(|c| subject.shown(&child(c))).collect(), " || ', ' || ");
    let asked = Asked {
        found: value,
        expected: literal(&format!("a row of {}", key.parent)),
        join: String::new(),
        broken: format!(
            "{set} AND NOT EXISTS (SELECT 1 FROM {parent} AS p WHERE {equal})",
            parent = subject.table(&key.parent)
        ),
    };
    let referenced = key.referenced.iter().map(|column| format!("{}.{column}", key.parent));
    let reads = key.columns.iter().cloned().chain(referenced);
    Rule::of(subject, table, format!("column {}", key.columns.join(", ")), reads, &asked)
}

/// Reads `foreign key a -> t (id) on delete ...` and `foreign key fk FOREIGN KEY (a) REFERENCES t(id) ...`.
fn read(line: &str) -> Option<Key> {
    let rest = line.strip_prefix("foreign key ")?;
    let list = |text: &str| text.split(',').map(|c| c.trim().trim_matches('"').to_owned()).collect::<Vec<_>>();
    let (columns, parent) = match rest.split_once(" -> ") {
        Some(sides) => sides,
        None => {
            let (columns, parent) = rest.split_once("FOREIGN KEY (")?.1.split_once(") REFERENCES ")?;
            (columns, parent)
        }
    };
    let (parent, rest) = parent.split_once('(')?;
    let (referenced, _) = rest.split_once(')')?;
    Some(Key {
        columns: list(columns),
        parent: parent.trim().trim_matches('"').to_owned(),
        referenced: list(referenced),
    })
}

#[cfg(test)]
mod tests {
    use super::{Key, read};

    #[test]
    fn keys_are_read_as_both_databases_write_them() {
        let key = |columns: &[&str], parent: &str, referenced: &[&str]| {
            let list = |names: &[&str]| names.iter().map(|n| (*n).to_owned()).collect();
            Some(Key { columns: list(columns), parent: parent.to_owned(), referenced: list(referenced) })
        };
        let sqlite = "foreign key item_id -> work_items (id) on delete set null on update no action";
        let postgres = "foreign key fk_a FOREIGN KEY (item_id) REFERENCES work_items(id) ON DELETE SET NULL";
        assert_eq!(read(sqlite), key(&["item_id"], "work_items", &["id"]));
        assert_eq!(read(postgres), read(sqlite));
        let both = "foreign key a, b -> t (x, y) on delete cascade on update no action";
        assert_eq!(read(both), key(&["a", "b"], "t", &["x", "y"]));
        assert_eq!(read("column id uuid not null"), None);
    }
}
